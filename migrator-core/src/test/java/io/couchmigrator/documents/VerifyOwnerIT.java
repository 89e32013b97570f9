// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.Running;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A verification vouches for what the last run of its log directory left, for as long as nobody else has the table. */
@ExtendWith(MigratorExtension.class)
final class VerifyOwnerIT {
    private static final int COUNT = 60;
    private static final String TAKEN = "update couch_migrator_owner set epoch = epoch + 1, claim = 'theirs'";
    private static final String FIRST_HALF = "delete from shop where id < 'd030'";

    @TempDir
    private Path logs;

    @TempDir
    private Path otherLogs;

    @Test
    void doesNotGoOnInAnotherTable(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        migrator("t1", couch, database).build().run();
        migrator("t2", couch, database).build().run();

        Result one = stoppedHalfway(migrator("t1", couch, database));
        database.execute("delete from t2 where id < 'd030'");
        Result other = migrator("t2", couch, database).build().verify();

        assertThat(one.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(one.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"t1\" is not that of the last run of this log directory: seen "));
        assertThat(other.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(other.tallies().verified().missing()).isEqualTo(30);
    }

    @Test
    void doesNotGoOnWhereAnotherRunHadTheTableInBetween(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        migrator("shop", couch, database).build().run();

        Result stopped = stoppedHalfway(migrator("shop", couch, database));
        migrator("shop", couch, database).logDirectory(otherLogs).build().run();
        database.execute(FIRST_HALF);
        Result refused = migrator("shop", couch, database).build().verify();
        migrator("shop", couch, database).build().run();
        Result mended = migrator("shop", couch, database).build().verify();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(refused.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(refused.tallies().read()).isZero();
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                TAKEN + " | with oid \\d+ and claim \\S+: another run has claimed it since, or ",
                "delete from couch_migrator_owner | seen nothing that says whose it is, .*: find out who deleted the row",
                "drop table couch_migrator_owner | seen nothing that says whose it is, .*: find out who deleted the row"
            })
    void doesNotVouchForATableThatIsTakenWhileItIsCompared(
            String event, String told, CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        migrator("shop", couch, database).build().run();

        Result result = migrator("shop", couch, database)
                .listener(halfway(progress -> execute(database, event + "; " + FIRST_HALF)))
                .build()
                .verify();

        assertThat(result.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" is not that of the last run of this log directory: ")
                .hasMessageMatching(".*" + told + ".*"));
    }

    @Test
    void isRefusedForATableOfSomebodyElse(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        migrator("shop", couch, database).build().run();
        database.execute("update couch_migrator_owner set migration = 'theirs', epoch = epoch + 1");

        Result result = migrator("shop", couch, database).build().verify();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" is owned by migration \"theirs\""));
    }

    private Result stoppedHalfway(Migrator.Builder migrator) {
        CompletableFuture<Running> verification = new CompletableFuture<>();
        Running started = migrator.listener(
                        halfway(progress -> verification.join().stop()))
                .build()
                .startVerification();
        verification.complete(started);
        return started.result();
    }

    /** Returns one that does something once, when the documents of the first half are read. */
    private static Listener halfway(Consumer<Progress> then) {
        return new Listener() {
            private boolean done;

            @Override
            public void progressed(Progress progress) {
                if (!done && progress.read() >= COUNT / 2) {
                    done = true;
                    then.accept(progress);
                }
            }
        };
    }

    private static void execute(TestDatabase database, String sql) {
        try {
            database.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Migrator.Builder migrator(String table, CouchDouble couch, TestDatabase database) {
        Migration migration =
                Documents.builder().database("shop", TableName.of(table)).build();
        return Copies.migrator(migration, couch, database, logs);
    }
}
