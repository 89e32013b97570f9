// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.TargetFaultsIT.Scripts;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases of a sharded target that are away, or fail over, or fail now and then. */
@ExtendWith(MigratorExtension.class)
final class ShardsOutageIT {
    private static final int ROWS = 745;

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @Test
    void waitsForADatabaseThatIsAwayNamingItAndEndsInTheExpectedPlaces(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start();
                Shards shards = new Shards(couch, main, List.of(postgres, other))) {
            Result result = shards.migrator(couch, logs)
                    .chunkSize(7)
                    .listener(new Away(other, recorder, true))
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            String name = shards.name(1);
            assertThat(recorder.lines()).containsSubsequence("waiting for " + name, "recovered " + name);
            shards.assertExact();
        }
    }

    @Test
    void failsWhereADatabaseStaysAwayNamingItAndTheNextRunBringsTheRest(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start();
                Shards shards = new Shards(couch, main, List.of(postgres, other))) {
            Result first = shards.migrator(couch, logs)
                    .chunkSize(7)
                    .maxOutage(Duration.ofSeconds(1))
                    .listener(new Away(other, recorder, false))
                    .build()
                    .run();
            other.restart();
            Result second = shards.migrator(couch, logs).build().run();

            assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining(shards.name(1)));
            assertThat(second.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            shards.assertExact();
        }
    }

    @Test
    void endsWithAFailOverOfOneDatabaseUntilThatIsAccepted(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start();
                Shards shards = new Shards(couch, main, List.of(postgres, other))) {
            shards.migrator(couch, logs).build().run();
            other.failOver();
            shards.database(1)
                    .execute("delete from blobs_blobmeta where key = '%s'"
                            .formatted(shards.rowOf(1).key()));

            Result refused = shards.migrator(couch, logs).build().run();
            Result verification = shards.migrator(couch, logs).build().verify();
            Result accepted =
                    shards.migrator(couch, logs).acceptFailover(true).build().run();

            assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContainingAll("shards [2,3]", "timeline", "acceptFailover(true)"));
            assertThat(verification.tallies().verified().missing()).isEqualTo(1);
            assertThat(accepted.tallies().written()).isEqualTo(1);
            shards.assertExact();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void losesNothingToFaultsNowAndThenInEachDatabase(
            long seed, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            List<DataSource> sources = new ArrayList<>();
            List<Scripts> scripts = new ArrayList<>();
            for (int number = 0; number < 2; number++) {
                FaultyDataSource source =
                        FaultyDataSource.around(shards.database(number).dataSource());
                sources.add(source);
                scripts.add(new Scripts(source, 1, TargetFaultsIT.nowAndThen(10 * seed + number)));
            }

            Result run = shards.migrator(couch, logs)
                    .shards(Shards.map(sources))
                    .chunkSize(20)
                    .listener(new Listener() {
                        @Override
                        public void progressed(Progress progress) {
                            scripts.forEach(each -> each.progressed(progress));
                        }
                    })
                    .build()
                    .run();

            assertThat(scripts).allSatisfy(each -> assertThat(each.hits()).isPositive());
            assertThat(run.failures()).isEmpty();
            assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(run.tallies().written() + run.tallies().alreadyThere()).isEqualTo(ROWS);
            shards.assertExact();
        }
    }

    /** Stops a server in the middle of reading; and starts it once the run says that it waits, if it is to come back. */
    private record Away(PostgresServer server, Listener heard, boolean comesBack, AtomicBoolean gone)
            implements Listener {
        Away(PostgresServer server, Listener heard, boolean comesBack) {
            this(server, heard, comesBack, new AtomicBoolean());
        }

        @Override
        public void progressed(Progress progress) {
            if (progress.read() >= 60 && gone.compareAndSet(false, true)) {
                server.stop();
            }
        }

        @Override
        public void waiting(Wait wait) {
            heard.waiting(wait);
            if (comesBack) {
                try {
                    server.restart();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        @Override
        public void resumed(Wait wait) {
            heard.resumed(wait);
        }
    }
}
