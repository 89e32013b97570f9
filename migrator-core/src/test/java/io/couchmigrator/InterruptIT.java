// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads of a run that are interrupted, from within or from without: nothing breaks, and no run is complete that is not. */
@ExtendWith(MigratorExtension.class)
final class InterruptIT {
    private static final int COUNT = 50;

    @TempDir
    private Path logs;

    /** Code of the embedding program, below which a library may set the interrupt status of its thread. */
    private enum Code {
        CONDITION,
        KEYS,
        TRANSFORM,
        WRITER,
        LISTENER;

        void called(Code now) {
            if (this == now) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void writesEachRowWhereCodeOfTheCallerInterruptsItsThread(Code code, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create table customers (id bigint primary key, name text)");
        Listener listener = new Listener() {
            @Override
            public void progressed(Progress progress) {
                code.called(Code.LISTENER);
            }
        };

        Result result = Orders.migrator(Orders.migration(interrupting(code)), couch, database, logs)
                .chunkSize(5)
                .maxDocumentsPerSecond(200)
                .listener(listener)
                .build()
                .run();

        assertThat(result.failures()).isEmpty();
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void isStoppedInGoodOrderWhereItsThreadsAreInterrupted(int batch, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        AtomicInteger batches = new AtomicInteger();
        Listener listener = new Listener() {
            @Override
            public void progressed(Progress progress) {
                if (batches.incrementAndGet() == batch) {
                    interruptAllOfTheRun();
                }
            }
        };

        Result interrupted = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(2)
                .chunkSize(5)
                .listener(listener)
                .build()
                .run();
        int written = Orders.written(database).size();
        Result next = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(interrupted.failures()).isEmpty();
        assertThat(interrupted.outcome()).isIn(Outcome.STOPPED, written == COUNT ? Outcome.COMPLETE : Outcome.STOPPED);
        assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** At whatever moment it comes: while the lock is taken, files are forced, connections made and answers read. */
    @Test
    void losesNothingWhereItsThreadsAreInterruptedAllTheTime(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        Migrator migrator = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(2)
                .chunkSize(5)
                .build();

        for (int run = 0; run < 10; run++) {
            Result result = interruptedAllTheTime(migrator);
            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isIn(Outcome.STOPPED, Outcome.COMPLETE);
        }

        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(migrator.verify().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private static Result interruptedAllTheTime(Migrator migrator) throws InterruptedException {
        Thread interrupting = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                interruptAllOfTheRun();
            }
        });
        interrupting.start();
        try {
            return migrator.run();
        } finally {
            interrupting.interrupt();
            interrupting.join();
        }
    }

    private static void interruptAllOfTheRun() {
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("migrator-"))
                .forEach(Thread::interrupt);
    }

    private static DocumentStage<Document> interrupting(Code code) {
        Writer<Document> writer = Orders.writer();
        return Orders.stage()
                .condition(order -> {
                    code.called(Code.CONDITION);
                    return true;
                })
                .lookup(Lookup.rows("customers", "id", "name"), order -> {
                    code.called(Code.KEYS);
                    return List.of(order.field("total").getAsLong());
                })
                .transform((order, context) -> {
                    code.called(Code.TRANSFORM);
                    return List.of(order);
                })
                .writer((connection, changes) -> {
                    int written = writer.write(connection, changes);
                    code.called(Code.WRITER);
                    return written;
                })
                .build();
    }
}
