// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs that the file in their log directory pauses before the first document. */
@ExtendWith(MigratorExtension.class)
final class PauseIT {
    private static final int COUNT = 300;
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final String CONNECTIONS =
            "select %s from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();
    private Path throttle;

    @BeforeEach
    void pause(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        throttle = Files.writeString(logs.resolve("orders.throttle"), "pause\n");
    }

    @Test
    void keepsNoTransactionOpenAndGoesOnOnNewConnections(CouchDouble couch, TestDatabase database) throws Exception {
        Running running = migrator(couch, database).build().start();
        await().atMost(LONG).until(() -> recorder.lines().contains("paused by orders.throttle"));
        await().atMost(LONG).untilAsserted(() -> assertThat(database.query(CONNECTIONS.formatted("state")))
                .isNotEmpty()
                .containsOnly("idle"));
        assertThat(Orders.written(database)).isEmpty();
        database.query(CONNECTIONS.formatted("pg_terminate_backend(pid)"));

        Files.delete(throttle);
        Result result = running.result();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(recorder.lines()).contains("no longer paused").noneMatch(line -> line.startsWith("warned"));
    }

    @Test
    void isEndedByAStopAndByTheTime(CouchDouble couch, TestDatabase database) throws Exception {
        Running running = migrator(couch, database).build().start();
        await().atMost(LONG).until(() -> recorder.lines().contains("paused by orders.throttle"));
        running.stop();
        Result stopped = running.result();
        Result outOfTime = migrator(couch, database)
                .maxDuration(Duration.ofSeconds(1))
                .build()
                .run();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(outOfTime.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(Orders.written(database)).isEmpty();
    }

    @Test
    void holdsForVerificationsToo(CouchDouble couch, TestDatabase database) throws Exception {
        Files.delete(throttle);
        migrator(couch, database).build().run();
        Files.writeString(throttle, "pause");

        Running running = migrator(couch, database).build().startVerification();
        await().atMost(LONG).until(() -> recorder.lines().contains("paused by orders.throttle"));
        Files.writeString(throttle, "100000");

        assertThat(running.result().outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(recorder.lines()).contains("throttled to 100000 by orders.throttle");
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs).listener(recorder);
    }
}
