// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.CheckReport;
import io.couchmigrator.Listener;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Servers that accept a connection and stay silent, until the listener has been told of it. */
@ExtendWith(MigratorExtension.class)
@Timeout(60)
final class SilenceIT {
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<String> silent = new CopyOnWriteArrayList<>();

    @TempDir
    private Path logs;

    @Test
    void isToldOfCouchDbWhileItGoesOn(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        couch.script(Fault.silence().on(Requests.any()).once());

        CheckReport report =
                new CheckRun(settings(couch, database.dataSource(), couch.url(), () -> letGo(couch)), AT_ONCE).check();

        assertThat(report.faults()).isEmpty();
        assertThat(silent).contains("CouchDB at " + couch.url());
    }

    @Test
    void isToldOfPostgresWhileItGoesOn(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.stall().on(JdbcStep.any()).once());

        CheckReport report = new CheckRun(settings(couch, target, "PostgreSQL", () -> letGo(target)), AT_ONCE).check();

        assertThat(report.faults()).isEmpty();
        assertThat(silent).contains("PostgreSQL");
    }

    @Test
    void isToldBeforeARunReadsItsFirstDocument(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        couch.script(Fault.silence().on(Requests.any()).once());

        Settings settings = settings(couch, database.dataSource(), couch.url(), () -> letGo(couch));

        Result result = new Run(settings, new Migrating(settings), AT_ONCE, LONG).run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(silent).contains("CouchDB at " + couch.url());
    }

    @Test
    void isToldInTheMiddleOfAnAnswerAndToldToBeOver(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        couch.database("orders").load(IntStream.range(0, 50).mapToObj(SmallRun::document));
        couch.script(Fault.stallAfterBytes(600).on(Requests.pages()).once());
        Settings settings = settings(couch, database.dataSource(), couch.url(), () -> {});

        CompletableFuture<Result> ending =
                CompletableFuture.supplyAsync(new Run(settings, new Migrating(settings), AT_ONCE, LONG)::run);
        couch.awaitStalled(1, LONG);
        // A pause keeps the run from its end, which would come sooner than the next look.
        Path throttle = Files.writeString(logs.resolve("orders.throttle"), "pause");
        await().atMost(LONG)
                .until(() -> waits().containsAll(List.of("CouchDB at " + couch.url(), throttle.toString())));
        couch.release();
        await().atMost(LONG).until(() -> waits().equals(List.of(throttle.toString())));
        Files.delete(throttle);

        assertThat(ending.join().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private List<String> waits() {
        return MigrationInfo.of(logs, "orders").migration().latest().orElseThrow().waits().stream()
                .map(Listener.Wait::on)
                .toList();
    }

    private static void create(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(SmallRun.TABLE);
        couch.create("orders");
    }

    private static void letGo(CouchDouble couch) {
        try {
            couch.awaitStalled(1, LONG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        couch.release();
    }

    private static void letGo(FaultyDataSource target) {
        try {
            target.awaitStalled(1, LONG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        target.release();
    }

    /**
     * @param server what the name of the silent server contains
     * @param told lets it go on, when its silence is told of for the first time
     */
    private Settings settings(CouchDouble couch, DataSource target, String server, Runnable told) {
        return SmallRun.settings(couch.url(), target, logs, new Listener() {
            @Override
            public void waiting(Wait wait) {
                if (wait.kind() != Wait.Kind.SILENCE) {
                    return;
                }
                String who = wait.on();
                boolean first = !silent.contains(who);
                silent.add(who);
                if (first && who.contains(server)) {
                    told.run();
                }
            }
        });
    }
}
