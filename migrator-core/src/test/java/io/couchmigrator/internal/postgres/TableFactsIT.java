// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MigratorExtension.class)
final class TableFactsIT {
    private static final TableName THERE = TableName.of("there");
    private static final OwnedTable<String> NEW =
            OwnedTable.<String>named(TableName.of("new")).id("id", id -> id).build();

    /** A schema, and a search path that leads to it. */
    private record Way(String schema, String path) {}

    private static final List<Way> WAYS = List.of(
            new Way("a,b", "\"a,b\""),
            new Way("a,b", "a, \"a,b\" ,b"),
            new Way("end ", "\"\", \"end \""),
            new Way("of $user", "\"of $user\""),
            new Way("$USER", "\"$USER\""),
            new Way("a\"b", "\"a\"\"b\""),
            new Way("a\"b", "A\"B"),
            new Way("'a'", "\"'a'\""),
            new Way("lower", "LOWER"),
            new Way("Upper", "upper,\"Upper\""),
            new Way("ÄÖ", "ÄÖ"));

    /** PostgreSQL reads the path itself while the schema may be used. */
    @Test
    void findsWhatIsInASchemaOfTheSearchPathThatMayNotBeUsed(TestDatabase database) throws SQLException {
        for (Way way : WAYS) {
            assertFound(way, database);
        }
        assertFound(new Way(database.user(), "$user"), database);
        assertFound(new Way(database.user(), "nowhere, \"$user\""), database);
    }

    private static void assertFound(Way way, TestDatabase database) throws SQLException {
        String schema = Jooq.sql(DSL.quotedName(way.schema()));
        database.execute("create schema %1$s; create table %1$s.there (id text)".formatted(schema));
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement set = connection.prepareStatement("select set_config('search_path', ?, false)")) {
            set.setString(1, way.path());
            set.execute();
            TableFacts usable = TableFacts.of(connection, THERE).orElseThrow();
            database.execute("revoke usage on schema %s from current_user".formatted(schema));

            TableFacts found = TableFacts.of(connection, THERE).orElseThrow();
            OwnerTable created = OwnerTable.beside(connection, NEW);

            assertThat(usable.closed()).as(way.path()).isEmpty();
            assertThat(found.closed()).as(way.path()).isPresent();
            assertThat(found.oid()).as(way.path()).isEqualTo(usable.oid());
            assertThat(created.schema()).as(way.path()).hasValue(way.schema());
        }
        database.execute("drop schema %s cascade".formatted(schema));
    }
}
