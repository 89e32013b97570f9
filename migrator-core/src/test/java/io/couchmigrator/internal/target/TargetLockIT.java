// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.couchmigrator.BusyException;
import io.couchmigrator.CouchServer;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.Running;
import io.couchmigrator.TableName;
import io.couchmigrator.Upsert;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.postgres.AdvisoryLock;
import io.couchmigrator.internal.postgres.AdvisoryLock.Attempt;
import io.couchmigrator.internal.postgres.TargetServer;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

@ExtendWith(MigratorExtension.class)
final class TargetLockIT {
    private static final String HELD = "select count(*) from pg_locks where locktype = 'advisory' and granted";

    @TempDir
    private Path logs;

    private final StopSignal stop = new StopSignal();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    @BeforeEach
    void createTable(TestDatabase database) throws SQLException {
        database.execute("create table orders (id text primary key)");
    }

    /** Where numbers in SQL have digits of a language, there is no lock. */
    @Test
    @Tag("values")
    void isHeldUntilItIsClosed(TestDatabase database) throws Exception {
        try (TargetLock lock = lock(database, Duration.ZERO, text -> {})) {
            lock.take();
            lock.pass(false);

            assertThat(database.query(HELD)).containsExactly("1");
            assertThat(database.query("select application_name from pg_stat_activity join pg_locks using (pid)"
                            + " where locktype = 'advisory'"))
                    .containsExactly("migrator orders");
        }

        assertThat(database.query(HELD)).containsExactly("0");
        assertThat(warnings).isEmpty();
    }

    @Test
    void isRefusedNamingWhoHoldsIt(TestDatabase database) throws Exception {
        try (Connection other = held(database);
                TargetLock lock = lock(database, Duration.ZERO, text -> {})) {
            int pid = pid(other);

            assertThatThrownBy(lock::take)
                    .isInstanceOf(BusyException.class)
                    .hasMessageContainingAll(
                            "migration \"orders\"",
                            "server process " + pid,
                            "application \"another host\"",
                            "from host ",
                            "select pg_terminate_backend(%d)".formatted(pid));
        }
    }

    @Test
    void waitsForWhatIsLeftOfAKilledRunAndSaysSo(TestDatabase database) throws Exception {
        try (Connection other = held(database);
                TargetLock lock = lock(database, Duration.ofSeconds(30), text -> terminate(database, other))) {
            lock.take();

            assertThat(database.query(HELD)).containsExactly("1");
        }
        assertThat(warnings).singleElement().satisfies(text -> assertThat(text)
                .contains("PostgreSQL: the lock of this migration, held by ", "application \"another host\""));
    }

    /** As behind something that spreads statements over connections after it has answered the first on one. */
    @Test
    void isNotUsedWhereItIsNotProvedAndLeavesNothingBehind(TestDatabase database) throws Exception {
        try (Connection first = database.dataSource().getConnection();
                Connection second = database.dataSource().getConnection();
                AdvisoryLock lock =
                        AdvisoryLock.on(spread(first, second), AdvisoryLock.key("orders", identity(database)))) {
            assertThat(lock.isOnOwnProcess()).isTrue();

            assertThat(lock.take("migrator orders")).isEqualTo(Attempt.UNPROVED);
            assertThat(database.query(HELD)).containsExactly("0");
        }
    }

    @Test
    void isTakenAgainAfterItsConnectionBroke(TestDatabase database) throws Exception {
        try (TargetLock lock = lock(database, Duration.ZERO, text -> {})) {
            lock.take();
            terminateHolder(database);

            lock.pass(true);

            assertThat(database.query(HELD)).containsExactly("1");
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void letsNothingPassOnceAnotherRunHasTakenWhatWasLost(TestDatabase database) throws Exception {
        try (TargetLock lock = lock(database, Duration.ZERO, text -> {})) {
            lock.take();
            terminateHolder(database);
            try (Connection other = held(database)) {
                assertThatThrownBy(() -> lock.pass(true)).isInstanceOf(StoppedException.class);

                assertThat(failures).singleElement().satisfies(failure -> assertThat(failure)
                        .isInstanceOf(BusyException.class)
                        .hasMessageContaining(
                                "was lost with its connection, and is now held by server process " + pid(other)));
            }
        }
    }

    @Test
    void letsNothingPassWhereAnErrorEndsTheLook(TestDatabase database) throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        try (TargetLock lock = lock(database, breaking(database.dataSource(), broken), Duration.ZERO, text -> {})) {
            lock.take();
            terminateHolder(database);
            broken.set(true);

            assertThatThrownBy(() -> lock.pass(true)).isInstanceOf(StoppedException.class);
        }
        assertThat(failures).singleElement().isInstanceOf(OutOfMemoryError.class);
    }

    /** The wait for another's lock is long enough for the rest of the run, which must not go on. */
    @Test
    void keepsARunFromWritingWhileAnotherHoldsWhatItLost(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("orders").load(IntStream.range(0, 2_000).mapToObj(TargetLockIT::document));
        AtomicReference<@Nullable Connection> other = new AtomicReference<>();
        List<Long> written = new CopyOnWriteArrayList<>();
        Listener takesTheLockAway = new Listener() {
            @Override
            public void progressed(Progress progress) {
                if (progress.read() >= 300 && other.get() == null) {
                    other.set(takenFromARun(database));
                }
            }

            @Override
            public void waiting(Wait wait) {
                // A second later than it was lost: batches in hand are long committed.
                written.add(rows(database));
                terminate(database, Objects.requireNonNull(other.get()));
            }
        };

        Result result = migrator(couch, database, takesTheLockAway).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(written).singleElement().satisfies(rows -> assertThat(rows).isLessThan(2_000));
        assertThat(rows(database)).isEqualTo(2_000);
    }

    /** What is put aside is forgotten, and the command that is given again does not ask for it once more. */
    @Test
    void keepsARunThatStartsOverFromPuttingAnythingAside(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("orders").load(IntStream.range(0, 10).mapToObj(TargetLockIT::document));
        migrator(couch, database, new Listener() {}).build().run();
        String offsets = Files.readString(logs.resolve("orders.offsets.json"));
        CompletableFuture<Running> waiting = new CompletableFuture<>();
        try (Connection other = held(database)) {
            waiting.complete(migrator(couch, database, new Listener() {
                        @Override
                        public void waiting(Wait wait) {
                            waiting.join().stop();
                        }
                    })
                    .startOver(true)
                    .build()
                    .start());

            assertThat(waiting.join().result().outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(other.isValid(1)).isTrue();
        }

        assertThat(logs.resolve("orders.offsets.json")).hasContent(offsets);
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, Listener listener) {
        return Migrator.builder(migration())
                .source(CouchServer.builder(couch.url()).build())
                .target(database.dataSource())
                .logDirectory(logs)
                .chunkSize(10)
                .listener(listener);
    }

    /** Returns a connection that asks on the first of two, and takes and gives back locks on the second. */
    private static Connection spread(Connection first, Connection second) {
        return (Connection) Proxy.newProxyInstance(
                TargetLockIT.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("createStatement")) {
                        return method.invoke(first, arguments);
                    }
                    return Proxy.newProxyInstance(
                            TargetLockIT.class.getClassLoader(),
                            new Class<?>[] {Statement.class},
                            new Spread(first.createStatement(), second.createStatement()));
                });
    }

    /** One statement, on the connection that its SQL asks for. */
    private record Spread(Statement first, Statement second) implements InvocationHandler {
        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Exception {
            boolean ofLock = arguments != null && String.valueOf(arguments[0]).contains("advisory_");
            return method.invoke(ofLock ? second : first, arguments);
        }
    }

    /** Returns a data source for whose connections there is no memory, from some moment on. */
    private static DataSource breaking(DataSource source, AtomicBoolean broken) {
        return (DataSource) Proxy.newProxyInstance(
                TargetLockIT.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (broken.get()) {
                        throw new OutOfMemoryError("made by the test");
                    }
                    return method.invoke(source, arguments);
                });
    }

    private TargetLock lock(TestDatabase database, Duration longestWait, Consumer<String> warned) throws SQLException {
        return lock(database, database.dataSource(), longestWait, warned);
    }

    private TargetLock lock(TestDatabase database, DataSource source, Duration longestWait, Consumer<String> warned)
            throws SQLException {
        Reporter reporter = new Reporter(new Listener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
                warned.accept(message);
            }

            @Override
            public void waiting(Wait wait) {
                warned(wait.on() + ": " + wait.cause());
            }
        });
        return new TargetLock(
                source,
                "orders",
                identity(database),
                longestWait,
                new Patience("PostgreSQL", Duration.ofMinutes(1), stop, reporter, Clock.systemUTC()),
                stop,
                reporter,
                failure -> {
                    failures.add(failure);
                    stop.request();
                });
    }

    private static TargetIdentity identity(TestDatabase database) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return TargetServer.identity(connection, Set.of(TableName.of("orders")));
        }
    }

    /** Returns a connection of somebody else who holds the lock. */
    private static Connection held(TestDatabase database) throws SQLException {
        PGSimpleDataSource source = (PGSimpleDataSource) database.dataSource();
        source.setApplicationName("another host");
        Connection connection = source.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(%d)".formatted(AdvisoryLock.key("orders", identity(database))));
        }
        return connection;
    }

    /** Takes the lock from a run, and every connection. */
    private static Connection takenFromARun(TestDatabase database) {
        try {
            terminateHolder(database);
            Connection other = held(database);
            database.query(
                    "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database()"
                            + " and pid not in (pg_backend_pid(), %d)".formatted(pid(other)));
            return other;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long rows(TestDatabase database) {
        try {
            return Long.parseLong(database.query("select count(*) from orders").get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Migration migration() {
        DocumentStage<Document> orders = DocumentStage.<Document>builder("orders")
                .transform((document, context) -> List.of(document))
                .upsert(Upsert.<Document>into("orders").key("id", Document::id).build())
                .build();
        return Migration.builder("orders").stage(orders).build();
    }

    private static JsonObject document(int number) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", "o%05d".formatted(number));
        return document;
    }

    private static int pid(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    private static void terminateHolder(TestDatabase database) throws SQLException {
        database.query("select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory'");
    }

    private static void terminate(TestDatabase database, Connection connection) {
        try {
            database.query("select pg_terminate_backend(%d, 10000)".formatted(pid(connection)));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
