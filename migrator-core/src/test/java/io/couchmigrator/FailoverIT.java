// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A target that goes on to another timeline: what was committed before may be gone. */
@ExtendWith(MigratorExtension.class)
final class FailoverIT {
    private static final int COUNT = 3_000;

    @TempDir
    private Path logs;

    @Test
    void stopsWhenTheTimelineChangesAndGoesOnOnlyWhenThatIsAccepted(
            CouchDouble couch, TestDatabase database, PostgresServer postgres) throws Exception {
        Orders.create(couch, database, COUNT);

        Result during = migrator(couch, database)
                .workers(4)
                .listener(new FailsOver(postgres))
                .build()
                .run();
        Result after = migrator(couch, database).build().run();
        CheckReport check = migrator(couch, database).build().check();
        Result accepted = migrator(couch, database).acceptFailover(true).build().run();
        Result later = migrator(couch, database).build().run();

        assertThat(during.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(during.failures()).singleElement().satisfies(FailoverIT::tellsOfIt);
        assertThat(after.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(after.tallies().read()).isZero();
        assertThat(after.failures()).singleElement().satisfies(FailoverIT::tellsOfIt);
        assertThat(check.faults()).singleElement().satisfies(FailoverIT::tellsOfIt);
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(later.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** What the standby never got is found by a verification, whatever an earlier one had seen, and brought by the next run. */
    @Test
    void bringsWhatTheStandbyLackedByTheAdviceOfTheMessage(
            CouchDouble couch, TestDatabase database, PostgresServer postgres) throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(couch, database).build().run();
        verificationThatIsStopped(couch, database);
        postgres.failOver();
        database.execute("delete from orders where id < '%s'".formatted(Orders.id(500)));

        Result refused = migrator(couch, database).build().run();
        Result verification = migrator(couch, database).build().verify();
        Result accepted = migrator(couch, database).acceptFailover(true).build().run();
        Result again = migrator(couch, database).build().verify();

        assertThat(refused.failures()).singleElement().satisfies(FailoverIT::tellsOfIt);
        assertThat(verification.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(verification.tallies().verified().missing()).isEqualTo(500);
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(accepted.tallies().written()).isEqualTo(500);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private void verificationThatIsStopped(CouchDouble couch, TestDatabase database) {
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() >= 700) {
                            self.stop();
                        }
                    }
                })
                .build();
        assertThat(self.verify(migrator).outcome()).isEqualTo(Outcome.STOPPED);
    }

    @Test
    void goesOnFromOffsetsThatTellNoTimeline(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(couch, database).build().run();
        Path file = logs.resolve("orders.offsets.json");
        String saved = Files.readString(file);
        assertThat(saved).containsPattern("\"timeline\": \\d+");
        Files.writeString(file, saved.replaceFirst(",\\s*\"timeline\": \\d+", ""));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void runsWhereTheTimelineCannotBeTold(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create schema mine; create function mine.pg_current_wal_lsn() returns pg_lsn language plpgsql"
                + " as $$ begin raise exception 'not supported' using errcode = '0A000'; end $$;"
                + " alter role %s set search_path = mine, pg_catalog, public".formatted(database.user()));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Files.readString(logs.resolve("orders.offsets.json"))).doesNotContain("timeline");
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs);
    }

    private static void tellsOfIt(Throwable failure) {
        assertThat(failure)
                .isInstanceOf(TargetException.class)
                .hasMessageContainingAll("timeline", "may be missing", "verify", "acceptFailover(true)");
    }

    /** Fails over once, in the middle of reading. */
    private record FailsOver(PostgresServer postgres, AtomicBoolean done) implements Listener {
        FailsOver(PostgresServer postgres) {
            this(postgres, new AtomicBoolean());
        }

        @Override
        public void progressed(Progress progress) {
            if (progress.read() >= 301 && done.compareAndSet(false, true)) {
                try {
                    postgres.failOver();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
