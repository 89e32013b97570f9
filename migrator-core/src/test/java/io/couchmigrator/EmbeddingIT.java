// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an embedding program's own parts may do to a run: listeners and transforms that throw, writers of its own. */
@ExtendWith(MigratorExtension.class)
final class EmbeddingIT {
    private static final int COUNT = 1_500;

    @TempDir
    private Path logs;

    @Test
    void isNotHarmedByAListenerThatThrows(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Thrower())
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void isNotHarmedByAListenerThatThrowsWhatItDoesNotDeclare(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        Listener listener = new Listener() {
            @Override
            public void started(Path files) {
                throw new OutOfMemoryError("unable to create native thread");
            }

            @Override
            public void progressed(Progress progress) {
                throw new AssertionError("progressed");
            }

            @Override
            public void catchingUp(String stage, OptionalLong pending) {
                EmbeddingIT.<RuntimeException>throwAny(new IOException("no method of a listener declares it"));
            }

            @Override
            public void stageFinished(String stage, long rejected, Path rejects) {
                throw new NoClassDefFoundError("stageFinished");
            }
        };

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(listener)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void namesTheDocumentOnWhichATransformFailedAndQuotesNothingOfIt(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        Migration faulty = Orders.migration(Orders.stage()
                .transform((order, context) -> {
                    if (order.id().equals(Orders.id(1_234))) {
                        throw new NumberFormatException("For input string: \"a secret\"");
                    }
                    return List.of(order);
                })
                .build());

        assertThatThrownBy(() ->
                        Orders.migrator(faulty, couch, database, logs).build().run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stage \"orders\"")
                .hasMessageContaining("\"o01234\"")
                .hasStackTraceContaining("java.lang.NumberFormatException")
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("a secret"));
        Result mended = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(mended.tallies().read()).isEqualTo(COUNT - 1_201);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void namesTheFilesOfARunAsTheMigrationSays(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 1, number -> true);
        Migration migration = Migration.builder("orders")
                .logName("import")
                .stage(Orders.stage().build())
                .build();

        Orders.migrator(migration, couch, database, logs).build().run();

        assertThat(Orders.migration().logName()).isEqualTo("run");
        assertThat(logs.toFile().list()).anyMatch(name -> name.matches("orders-import-\\w+\\.txt\\.0"));
    }

    @Test
    void isStoppedByWhatComesBeforeItHasBegun(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        Running run = migrator.start();
        run.stop();
        Result stopped = run.result();
        Running verification = migrator.startVerification();
        verification.stop();
        Result unverified = verification.result();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(unverified.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(Orders.written(database)).isEmpty();
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    /** The run would wait for its listener, and the listener for the run. */
    @Test
    @Timeout(60)
    void refusesToWaitForARunInItsListener(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        CompletableFuture<Running> self = new CompletableFuture<>();
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Running run = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        thrown.add(catchThrowable(() -> self.join().result()));
                    }
                })
                .build()
                .start();
        self.complete(run);

        assertThat(run.result().outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(thrown).singleElement().satisfies(e -> assertThat(e)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stop()"));
    }

    @Test
    void stopsOneRunAndNoOther(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();
        Running first = migrator.start();
        first.stop();
        first.result();

        Running second = migrator.start();
        first.stop();

        assertThat(second.result().outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.result()).isSameAs(second.result());
    }

    @Test
    void writesWithAnyFunction(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        Writer<Document> plain = (connection, orders) -> {
            try (PreparedStatement statement = connection.prepareStatement("insert into orders (id) values (?)")) {
                for (Document order : Change.rows(orders)) {
                    statement.setString(1, order.id());
                    statement.addBatch();
                }
                return statement.executeBatch().length;
            }
        };

        Result result = Orders.migrator(
                        Orders.migration(Orders.stage().writer(plain).build()), couch, database, logs)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void takesTheLargestOfAllNumbers(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(503).on(Requests.pages()).once());

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .maxOutage(Duration.ofSeconds(Long.MAX_VALUE))
                .chunkSize(Integer.MAX_VALUE)
                .maxDocumentsPerSecond(Integer.MAX_VALUE)
                .maxRejects(Integer.MAX_VALUE)
                .maxRejectedPercent(100)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwAny(Exception failure) throws E {
        throw (E) failure;
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static final class Thrower implements Listener {
        @Override
        public void started(Path files) {
            throw new IllegalStateException("started");
        }

        @Override
        public void stageStarted(Progress progress, Path migrationLog) {
            throw new IllegalStateException("stageStarted");
        }

        @Override
        public void progressed(Progress progress) {
            throw new IllegalStateException("progressed");
        }

        @Override
        public void stageRead(Progress progress) {
            throw new IllegalStateException("stageRead");
        }

        @Override
        public void catchingUp(String stage, OptionalLong pending) {
            throw new IllegalStateException("catchingUp");
        }

        @Override
        public void stageFinished(String stage, long rejected, Path rejects) {
            throw new IllegalStateException("stageFinished");
        }
    }
}
