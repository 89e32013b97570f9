// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CompletionTable;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MigratorExtension.class)
final class TargetChecksIT {
    private static final CompletionTable COMPLETION = new CompletionTable("states", "slug", "at");

    @Test
    void findsWhatWouldFailWhenCompletionIsRecorded(TestDatabase database) throws SQLException {
        database.execute("create table states (id serial primary key, slug varchar(4) unique, at timestamptz,"
                + " author text not null);"
                + " revoke all on sequence states_id_seq from current_user");

        assertThat(faults(database, "shops"))
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .contains("\"slug\" of table \"states\" holds 4", "slug \"shops\" has 5"),
                        fault -> assertThat(fault)
                                .contains("\"author\" of table \"states\" must have a value", "(at, slug)"),
                        fault -> assertThat(fault).contains("states_id_seq", "grant usage"));
    }

    @Test
    void findsNothingWhereCompletionCanBeRecorded(TestDatabase database) throws SQLException {
        database.execute("create table states (id serial primary key, slug varchar(4) unique, at timestamptz,"
                + " author text not null default '')");

        assertThat(faults(database, "shop")).isEmpty();
    }

    @Test
    void refusesATableThatIsGoneWithTheConnection(TestDatabase database) throws SQLException {
        database.execute("create table states (slug text unique, at timestamptz)");
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(TargetChecks.written(connection, Set.of(TableName.of("states"))))
                    .isEmpty();
            statement.execute("create temporary table states (slug text unique, at timestamptz)");

            assertThat(TargetChecks.written(connection, Set.of(TableName.of("states"))))
                    .extracting(Fault::sentence)
                    .containsExactly("table \"states\" is temporary, and its rows would be gone with the connection:"
                            + " create one that stays");
        }
    }

    /** PostgreSQL has such sequences since version 15. */
    @Test
    void refusesASequenceThatBeginsAgainAfterACrash(TestDatabase database) throws SQLException {
        database.execute("create table states (id serial, slug text unique, at timestamptz);"
                + " alter sequence states_id_seq set unlogged");

        assertThat(faults(database, "shop"))
                .containsExactly("sequence \"public.states_id_seq\" of table \"states\" is unlogged, and a crash of the"
                        + " server would let it begin again: alter sequence public.states_id_seq set logged");
    }

    private static List<String> faults(TestDatabase database, String slug) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return TargetChecks.completion(connection, COMPLETION, slug).stream()
                    .map(Fault::sentence)
                    .toList();
        }
    }
}
