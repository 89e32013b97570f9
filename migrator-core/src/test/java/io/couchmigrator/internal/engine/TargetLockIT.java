// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.Listener;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.internal.postgres.AdvisoryLock;
import io.couchmigrator.internal.postgres.TargetIdentity;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

@ExtendWith(MigratorExtension.class)
final class TargetLockIT {
    private static final String HELD = "select count(*) from pg_locks where locktype = 'advisory' and granted";

    private final StopSignal stop = new StopSignal();
    private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    @BeforeEach
    void createTable(TestDatabase database) throws SQLException {
        database.execute("create table orders (id text primary key)");
    }

    @Test
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
                    .isInstanceOf(LogDirectoryException.class)
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
                .contains("Waiting up to 30 s for the lock", "application \"another host\""));
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
                        .isInstanceOf(LogDirectoryException.class)
                        .hasMessageContainingAll("was lost", "server process " + pid(other)));
            }
        }
    }

    private TargetLock lock(TestDatabase database, Duration longestWait, Consumer<String> warned) throws SQLException {
        Reporter reporter = new Reporter(new Listener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
                warned.accept(message);
            }
        });
        return new TargetLock(
                database.dataSource(),
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
            return TargetIdentity.of(connection, Set.of("orders"));
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
