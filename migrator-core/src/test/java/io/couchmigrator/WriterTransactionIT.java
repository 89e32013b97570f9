// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A writer of the embedding program that ends the transaction, or goes on in one that an error has aborted. */
@ExtendWith(MigratorExtension.class)
final class WriterTransactionIT {
    private static final int COUNT = 60;

    @TempDir
    private Path logs;

    /** What a writer does once it has written. */
    private record Then(String name, Step step, boolean isComparable) {
        Then(String name, Step step) {
            this(name, step, false);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    private interface Step {
        void take(Connection connection) throws SQLException;
    }

    static Stream<Then> unfaithful() {
        return Stream.of(
                new Then("passes over an error", WriterTransactionIT::noteAnyhow),
                new Then("passes over an error, comparable", WriterTransactionIT::noteAnyhow, true),
                new Then("passes over an error and goes on", connection -> {
                    noteAnyhow(connection);
                    execute(connection, "select 1");
                }),
                new Then("rolls back", Connection::rollback),
                new Then("rolls back, comparable", Connection::rollback, true),
                new Then("rolls back and goes on", connection -> {
                    connection.rollback();
                    execute(connection, "insert into notes values ('lost')");
                }),
                new Then("rolls back by a statement", connection -> execute(connection, "rollback")),
                new Then("commits", Connection::commit),
                new Then("commits and throws", connection -> {
                    connection.commit();
                    throw new IllegalArgumentException("a rule of the caller's");
                }),
                new Then("commits by a statement", connection -> execute(connection, "commit")),
                new Then("commits each statement", connection -> connection.setAutoCommit(true)));
    }

    @ParameterizedTest
    @MethodSource("unfaithful")
    void endsTheRunNamingTheWriter(Then then, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create table notes (id text check (id <> 'refused'))");

        assertThatThrownBy(() -> run(new Writing(then), couch, database))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "the writer of stage \"orders\", io.couchmigrator.WriterTransactionIT$Writing, committed or rolled"
                                + " back the transaction, or went on after an error in it",
                        then.name().startsWith("passes over")
                                ? "the error was SQLSTATE 23514 on constraint notes_id_check of table notes"
                                : "set a savepoint");
        Result mended = run(Orders.writer(), couch, database);

        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(mended.tallies().read()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void takesBackToASavepointWhatMayFail(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create table notes (id text check (id <> 'refused'))");
        Then then = new Then("notes with a savepoint", connection -> {
            Savepoint before = connection.setSavepoint();
            noteAnyhow(connection);
            connection.rollback(before);
        });

        Result result = run(new Writing(then), couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    private Result run(Writer<Document> writer, CouchDouble couch, TestDatabase database) {
        Migration migration = Orders.migration(Orders.stage().writer(writer).build());
        return Orders.migrator(migration, couch, database, logs).build().run();
    }

    private static void noteAnyhow(Connection connection) {
        try {
            execute(connection, "insert into notes values ('refused')");
        } catch (SQLException ofLittleImportance) {
            assertThat(ofLittleImportance.getMessage()).contains("notes");
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Writes, and then does something more. */
    private static final class Writing implements Writer<Document> {
        private final Writer<Document> orders = Orders.writer();
        private final Then then;

        Writing(Then then) {
            this.then = then;
        }

        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            int written = orders.write(connection, changes);
            then.step().take(connection);
            // One that can be compared is asked how the rows stand that it did not count.
            return then.isComparable() ? 0 : written;
        }

        @Override
        public boolean isComparable() {
            return then.isComparable();
        }

        @Override
        public List<Standing> compare(Connection connection, List<Document> rows) throws SQLException {
            return orders.compare(connection, rows);
        }
    }
}
