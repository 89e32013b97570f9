// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.faults.ScriptedFault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Each fault of a data source strikes where it is scripted, and does to the transaction what it says. */
@ExtendWith(MigratorExtension.class)
final class FaultyDataSourceIT {
    private static final String INSERT = "INSERT INTO words VALUES (?)";

    @BeforeEach
    void createTable(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE words (word text)");
    }

    @Test
    void doesNothingWithoutAScript(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());

        insert(target, "one");

        try (Connection connection = target.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.getConnection()).isSameAs(connection).isEqualTo(connection);
            assertThat(statement).isNotEqualTo(connection);
            assertThat(connection.isWrapperFor(Connection.class)).isTrue();
        }
        assertThat(target.isWrapperFor(FaultyDataSource.class)).isTrue();
        assertThat(words(database)).containsExactly("one");
    }

    @Test
    void throwsBeforeTheStatementThatIsMeant(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        ScriptedFault fault = target.script(
                JdbcFault.error("40001").on(JdbcStep.statements("insert INTO")).nth(2));

        insert(target, "one");
        assertFails("40001", () -> insert(target, "two"));
        insert(target, "three");

        assertThat(fault.hits()).isEqualTo(1);
        assertThat(words(database)).containsExactly("one", "three");
    }

    @Test
    void throwsAfterTheStatementWasCarriedOut(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.error("57014")
                .afterwards()
                .on(JdbcStep.statements("words"))
                .once());

        try (Connection connection = target.getConnection();
                Statement statement = connection.createStatement()) {
            assertFails("57014", () -> statement.execute("INSERT INTO words VALUES ('one')"));
        }

        assertThat(words(database)).containsExactly("one");
    }

    @Test
    void losesOrKeepsTheRowsOfACopy(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.error("53200").on(JdbcStep.copies()).once());
        target.script(JdbcFault.terminate().on(JdbcStep.copies()).once());
        target.script(JdbcFault.cut().afterwards().on(JdbcStep.copies()).once());

        assertFails("53200", () -> copy(target, "lost"));
        assertTerminated(() -> copy(target, "lost"));
        assertFails("08006", () -> copy(target, "kept"));
        copy(target, "another");

        assertThat(words(database)).containsExactly("kept", "another");
    }

    @Test
    void losesOrKeepsTheTransactionWhoseCommitIsCut(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.cut().on(JdbcStep.commits()).nth(1));
        target.script(JdbcFault.cut().afterwards().on(JdbcStep.commits()).nth(1));

        assertFails("08006", () -> insert(target, "lost"));
        assertFails("08006", () -> insert(target, "kept"));
        insert(target, "another");

        assertThat(words(database)).containsExactly("kept", "another");
    }

    @Test
    void terminatesTheBackendBeforeACommit(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.terminate().on(JdbcStep.commits()).once());

        assertTerminated(() -> insert(target, "lost"));

        assertThat(words(database)).isEmpty();
    }

    @Test
    void terminatesTheBackendAfterACommit(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.terminate().afterwards().on(JdbcStep.commits()).once());

        try (Connection connection = target.getConnection()) {
            insert(connection, "kept");
            assertTerminated(() -> insert(connection, "lost"));
        }

        assertThat(words(database)).containsExactly("kept");
    }

    @Test
    void refusesAConnectionBeforeOrAfterItWasOpened(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.error("53300").on(JdbcStep.connects()).once());
        target.script(
                JdbcFault.error("53300").afterwards().on(JdbcStep.connects()).once());
        target.script(JdbcFault.terminate().afterwards().on(JdbcStep.connects()).once());

        assertFails("53300", target::getConnection);
        assertFails("53300", () -> target.getConnection(database.user(), database.password()));
        assertTerminated(() -> insert(target, "lost"));
        insert(target, "one");

        assertThat(words(database)).containsExactly("one");
    }

    @Test
    void stallsUntilReleased(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.stall().on(JdbcStep.commits()).once());

        CompletableFuture<Void> inserted = CompletableFuture.runAsync(() -> {
            try {
                insert(target, "one");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        target.awaitStalled(1, Duration.ofMinutes(1));
        List<String> before = words(database);
        target.heal();
        inserted.get(1, TimeUnit.MINUTES);

        assertThat(before).isEmpty();
        assertThat(words(database)).containsExactly("one");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20181024})
    void hitsTheSameStepsForTheSameSeed(long seed, TestDatabase database) throws Exception {
        List<List<Boolean>> hits = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            FaultyDataSource target = FaultyDataSource.around(database.dataSource());
            target.script(JdbcFault.error("40P01").on(JdbcStep.statements()).chance(0.5, seed));
            List<Boolean> fates = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                fates.add(fails(target));
            }
            hits.add(fates);
        }

        assertThat(hits.get(0)).contains(true, false).isEqualTo(hits.get(1));
    }

    @Test
    void healsForGood(TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.cut().on(JdbcStep.any()));

        assertFails("08006", target::getConnection);
        target.heal();
        insert(target, "one");

        assertThat(words(database)).containsExactly("one");
    }

    private static boolean fails(FaultyDataSource target) {
        try {
            insert(target, "one");
            return false;
        } catch (SQLException e) {
            return true;
        }
    }

    private static void assertFails(String sqlState, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(SQLException.class))
                .extracting(SQLException::getSQLState)
                .isEqualTo(sqlState);
    }

    /** The driver reads the server's last word, or finds the socket closed before it could. */
    private static void assertTerminated(ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(SQLException.class))
                .extracting(SQLException::getSQLState)
                .isIn("57P01", "08006");
    }

    private static void copy(FaultyDataSource target, String word) throws SQLException {
        try (Connection connection = target.getConnection()) {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY words FROM STDIN");
            byte[] row = (word + "\n").getBytes(StandardCharsets.UTF_8);
            copy.writeToCopy(row, 0, row.length);
            copy.endCopy();
        }
    }

    private static void insert(FaultyDataSource target, String word) throws SQLException {
        try (Connection connection = target.getConnection()) {
            insert(connection, word);
        }
    }

    private static void insert(Connection connection, String word) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, word);
            statement.executeUpdate();
        }
        connection.commit();
    }

    private static List<String> words(TestDatabase database) throws SQLException {
        return database.query("SELECT word FROM words");
    }
}
