// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A server that goes away in the middle of a run, and comes back in time or too late. */
@ExtendWith(MigratorExtension.class)
final class OutageIT {
    private static final int COUNT = 6_000;

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @BeforeEach
    void load(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
    }

    @Test
    void waitsUntilCouchDbIsBack(CouchDouble couch, TestDatabase database) throws Exception {
        Result result = migrator(couch, database)
                .listener(new Outages(couch::stop, couch::restart))
                .build()
                .run();

        assertWaited(result, "CouchDB at " + couch.url());
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void waitsUntilPostgresIsBack(CouchDouble couch, TestDatabase database, PostgresServer postgres) throws Exception {
        Result result = migrator(couch, database)
                .workers(4)
                .listener(new Outages(postgres::stop, () -> restart(postgres)))
                .build()
                .run();

        assertWaited(result, "PostgreSQL");
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** An idle transaction may hold a lock for ever, and a run that waited for it would say nothing. */
    @Test
    void tellsThatItWaitsForALockOfAnotherAndGoesOn(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("alter database %s set lock_timeout = '50ms'".formatted(database.name()));
        try (Connection other = database.dataSource().getConnection()) {
            other.setAutoCommit(false);
            Result result = migrator(couch, database)
                    .workers(1)
                    .listener(new Outages(
                            () -> execute(other, "lock table orders in share mode"), () -> execute(other, "rollback")))
                    .build()
                    .run();

            assertWaited(result, "PostgreSQL");
        }
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void takesNewConnectionsForThoseThatWereTerminated(CouchDouble couch, TestDatabase database) throws Exception {
        Result result = migrator(couch, database)
                .workers(4)
                .listener(new Outages(() -> terminateAll(database), () -> {}))
                .build()
                .run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void givesUpASourceThatStaysAwayAndGoesOnFromThereTheNextTime(CouchDouble couch, TestDatabase database)
            throws Exception {
        Result first = migrator(couch, database)
                .maxOutage(Duration.ofSeconds(1))
                .listener(new Outages(couch::stop, () -> {}))
                .build()
                .run();
        couch.restart();
        couch.forgetRequests();

        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(couch.url())
                .hasMessageContaining("check that the server runs"));
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(first.tallies().read() + second.tallies().read()).isEqualTo(COUNT);
        assertThat(couch.requests(Requests.pages())).isNotEmpty().allSatisfy(page -> assertThat(page.startKey())
                .hasValueSatisfying(key -> assertThat(key)
                        .isGreaterThan(Orders.id((int) first.tallies().read() - 2))));
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void givesUpATargetThatStaysAwayAndGoesOnFromThereTheNextTime(
            CouchDouble couch, TestDatabase database, PostgresServer postgres) throws Exception {
        Result first = migrator(couch, database)
                .maxOutage(Duration.ofSeconds(1))
                .listener(new Outages(postgres::stop, () -> {}))
                .build()
                .run();
        postgres.restart();

        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("PostgreSQL")
                .hasMessageContaining("SQLSTATE"));
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(first.tallies().read() + second.tallies().read()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    private void assertWaited(Result result, String server) {
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(recorder.lines()).containsSubsequence("waiting for " + server, "recovered " + server);
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs).listener(recorder);
    }

    private static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void restart(PostgresServer postgres) {
        try {
            postgres.restart();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void terminateAll(TestDatabase database) {
        try {
            database.query("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where datname = current_database() and pid <> pg_backend_pid()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Begins an outage in the middle of reading, and ends it once the run says that it waits. */
    private final class Outages implements Listener {
        private final Runnable begin;
        private final Runnable end;
        private final AtomicBoolean begun = new AtomicBoolean();

        Outages(Runnable begin, Runnable end) {
            this.begin = begin;
            this.end = end;
        }

        @Override
        public void progressed(Progress progress) {
            if (progress.read() >= 301 && begun.compareAndSet(false, true)) {
                begin.run();
            }
        }

        @Override
        public void waiting(Wait wait) {
            recorder.waiting(wait);
            end.run();
        }

        @Override
        public void resumed(Wait wait) {
            recorder.resumed(wait);
        }
    }
}
