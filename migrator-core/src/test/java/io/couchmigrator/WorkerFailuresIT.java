// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run where one of its workers fails. */
@ExtendWith(MigratorExtension.class)
final class WorkerFailuresIT {
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path logs;

    /** CouchDB keeps the other one waiting for longer than this test may take. */
    @Test
    @Timeout(120)
    void endsTheRequestThatAnotherOneWaitsFor(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 4_000);
        AtomicBoolean working = new AtomicBoolean();
        couch.script(Fault.silence()
                .on(Requests.pages().and(request -> working.get()))
                .once());
        Migration migration = Orders.migration(Orders.stage()
                .transform((order, context) -> {
                    if (working.getAndSet(true)) {
                        awaitStalled(couch);
                        throw new NumberFormatException();
                    }
                    return List.of(order);
                })
                .build());
        Migrator migrator = Migrator.builder(migration)
                .source(CouchServer.builder(couch.url()).readTimeout(LONG).build())
                .target(database.dataSource())
                .logDirectory(logs)
                .workers(2)
                .build();

        assertThatThrownBy(migrator::run).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isTakenDownWhereAnErrorOfTheJvmEndsIt(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 2_500);
        Migration migration = Orders.migration(Orders.stage()
                .transform((order, context) -> {
                    if (order.id().equals(Orders.id(1_234))) {
                        throw new OutOfMemoryError("made by the test");
                    }
                    return List.of(order);
                })
                .build());

        assertThatThrownBy(Orders.migrator(migration, couch, database, logs).build()::run)
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(logs.resolve("orders.history.jsonl"))
                .content()
                .contains("\"event\":\"run ended\",\"outcome\":\"UNEXPECTED\"");
        assertThat(Orders.written(database)).hasSizeGreaterThanOrEqualTo(1_200);
    }

    private static void awaitStalled(CouchDouble couch) {
        try {
            couch.awaitStalled(1, LONG);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
