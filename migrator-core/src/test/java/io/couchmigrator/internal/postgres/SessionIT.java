// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(MigratorExtension.class)
final class SessionIT {
    @BeforeEach
    void createTable(TestDatabase database) throws SQLException {
        database.execute("create table notes (id int primary key, text text not null)");
    }

    @Test
    void rollsBackAfterAnError(TestDatabase database) throws SQLException {
        try (Session session = new Session(database.dataSource())) {
            assertThatThrownBy(() -> session.transaction(connection -> {
                        execute(connection, "insert into notes values (1, 'lost')");
                        throw new StackOverflowError();
                    }))
                    .isInstanceOf(StackOverflowError.class);
            session.transaction(connection -> execute(connection, "insert into notes values (2, 'kept')"));
        }

        assertThat(database.query("select id from notes")).containsExactly("2");
    }

    @Test
    void commitsNothingWhenClosed(TestDatabase database) throws SQLException {
        Connection borrowed = database.dataSource().getConnection();
        Session session = new Session(database.dataSource());
        session.take(borrowed);
        execute(borrowed, "insert into notes values (1, 'lost')");

        session.close();

        assertThat(database.query("select id from notes")).isEmpty();
    }

    /** A pool's own connections may throw what JDBC does not name. */
    @Test
    void givesAConnectionBackThatItCannotUseWhateverIsThrown(TestDatabase database) throws SQLException {
        Connection ofSession = database.dataSource().getConnection();
        Connection ofLock = database.dataSource().getConnection();
        try (Session session = new Session(database.dataSource())) {
            assertThatThrownBy(() -> session.take(broken(ofSession))).hasMessage("of the pool");
            assertThatThrownBy(() -> AdvisoryLock.on(broken(ofLock), 1)).hasMessage("of the pool");
        }

        assertThat(ofSession.isClosed()).isTrue();
        assertThat(ofLock.isClosed()).isTrue();
    }

    private static Connection broken(Connection pooled) {
        return (Connection) Proxy.newProxyInstance(
                SessionIT.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("setAutoCommit")) {
                        throw new IllegalStateException("of the pool");
                    }
                    return method.invoke(pooled, arguments);
                });
    }

    @Test
    void commitsNothingOnceItIsGivenUp(TestDatabase database) throws SQLException {
        try (Session session = new Session(database.dataSource())) {
            assertThatThrownBy(() -> session.transaction(connection -> {
                        execute(connection, "insert into notes values (1, 'given up')");
                        session.giveUp();
                        return true;
                    }))
                    .isInstanceOf(StoppedException.class);
            assertThatThrownBy(() -> session.transaction(connection -> true)).isInstanceOf(StoppedException.class);
        }

        assertThat(database.query("select id from notes")).isEmpty();
    }

    /** A server that is asked to cancel a commit which waits for a standby says that it is done. */
    @Test
    void doesNotCancelACommit(TestDatabase database) throws Exception {
        database.execute("create function waits() returns trigger language plpgsql as $$"
                + " begin perform pg_advisory_xact_lock(1); return null; end $$;"
                + "create constraint trigger waits after insert on notes deferrable initially deferred"
                + " for each row execute function waits()");
        try (Session session = new Session(database.dataSource());
                Connection holder = database.dataSource().getConnection()) {
            execute(holder, "select pg_advisory_lock(1)");
            CompletableFuture<Boolean> committed = CompletableFuture.supplyAsync(() -> committed(session));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> !database.query("select pid from pg_locks where not granted")
                            .isEmpty());

            session.giveUp();
            execute(holder, "select pg_advisory_unlock(1)");

            assertThat(committed.join()).isTrue();
        }
        assertThat(database.query("select id from notes")).containsExactly("1");
    }

    private static boolean committed(Session session) {
        try {
            return session.transaction(connection -> {
                execute(connection, "insert into notes values (1, 'committed')");
                return true;
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"off, on", "local, on", "remote_write, on", "on, on", "remote_apply, remote_apply"})
    void commitsSynchronouslyAndLeavesTheSettingAsItCame(String came, String inside, TestDatabase database)
            throws SQLException {
        database.execute("alter database %s set synchronous_commit = %s".formatted(database.name(), came));
        try (Connection borrowed = database.dataSource().getConnection();
                Session session = new Session(database.dataSource())) {
            session.take(borrowed);

            String seen = session.transaction(SessionIT::synchronousCommit);

            assertThat(seen).isEqualTo(inside);
            assertThat(synchronousCommit(borrowed)).isEqualTo(came);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 10s", "50ms, 50ms", "1min, 1min"})
    void waitsNoLongerForALockThanItIsToldOrTenSeconds(String came, String inside, TestDatabase database)
            throws SQLException {
        database.execute("alter database %s set lock_timeout = '%s'".formatted(database.name(), came));
        try (Session session = new Session(database.dataSource())) {
            String seen = session.transaction(connection -> shown(connection, "lock_timeout"));

            assertThat(seen).isEqualTo(inside);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into notes values (7, 'secret'), (7, 'secret')",
                "insert into notes values (7, null), (8, 'secret')",
                "select 'secret'::int",
                "do $$ begin raise exception 'secret' using detail = 'secret'; end $$"
            })
    void showsNoValueOfAStatementThatFailed(String sql, TestDatabase database) {
        try (Session session = new Session(database.dataSource())) {
            TargetException thrown = catchThrowableOfType(
                    TargetException.class, () -> session.attempt("write", connection -> execute(connection, sql)));

            assertThat(thrown).hasMessageContaining("could not write: SQLSTATE ");
            assertThat(trace(thrown)).contains("SQLSTATE", "SessionIT").doesNotContain("secret", "(7)");
        }
    }

    @Test
    void saysWhatTheServerSaidOfATable(TestDatabase database) {
        try (Session session = new Session(database.dataSource())) {
            assertThatThrownBy(() -> session.attempt("read", connection -> execute(connection, "table letters")))
                    .hasMessageContaining("relation \"letters\" does not exist (SQLSTATE 42P01)")
                    .cause()
                    .isInstanceOfSatisfying(SQLException.class, cause -> assertThat(cause.getSQLState())
                            .isEqualTo("42P01"));
        }
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    private static String synchronousCommit(Connection connection) throws SQLException {
        return shown(connection, "synchronous_commit");
    }

    private static String shown(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet setting = statement.executeQuery("show " + name)) {
            setting.next();
            return setting.getString(1);
        }
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
