// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.Corpus;
import io.couchmigrator.testkit.CouchDouble;
import io.couchmigrator.testkit.PostgresServer;
import io.couchmigrator.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Embedded servers with a sample of CommCare HQ's documents, on which the migrator can be tried. */
public final class Demo {
    private final Consumer<String> console;

    /** Makes a demo that tells what it does, line by line. */
    public Demo(Consumer<String> console) {
        this.console = console;
    }

    /**
     * Starts the servers and loads the sample.
     *
     * @param keep whether to leave the servers up until the process is stopped, so that the runbook can be practised
     * @return the exit status
     */
    public int run(boolean keep) {
        Corpus corpus = Corpus.load();
        try (CouchDouble couch = CouchDouble.start();
                PostgresServer postgres = PostgresServer.start();
                TestDatabase target = postgres.createDatabase()) {
            corpus.loadInto(target);
            corpus.databases().forEach((name, documents) -> couch.create(name).load(documents.stream()));
            tellConnections(couch, target);
            if (keep) {
                console.accept("The servers stay up until you press Ctrl-C.");
                new CountDownLatch(1).await();
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("the embedded PostgreSQL refused the sample: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private void tellConnections(CouchDouble couch, TestDatabase target) {
        console.accept("export COUCHDB_URL=" + couch.url());
        console.accept("export PGHOST=%s PGPORT=%d PGDATABASE=%s PGUSER=%s PGPASSWORD=%s"
                .formatted(target.host(), target.port(), target.name(), target.user(), target.password()));
    }
}
