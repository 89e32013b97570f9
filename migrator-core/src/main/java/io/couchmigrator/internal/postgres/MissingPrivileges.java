// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TableName;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jooq.impl.DSL;

/** What a user may not do with columns of tables, though it must. */
final class MissingPrivileges {
    /** Columns by privilege by table. */
    private final Map<TableName, Map<String, Set<String>>> missing = new LinkedHashMap<>();

    /** Notes which of the privileges that are needed on a column are not granted. */
    void note(TableFacts table, ColumnFacts column, boolean select, boolean insert, boolean update) {
        note(table, column, "SELECT", select, column.select());
        note(table, column, "INSERT", insert, column.insert());
        note(table, column, "UPDATE", update, column.update());
    }

    /** Notes whether rows may not be deleted, if they must. */
    void noteDelete(Connection connection, TableFacts table, boolean needed) throws SQLException {
        boolean granted = Jooq.with(
                connection, jooq -> jooq.resultQuery("select has_table_privilege(?::oid, 'DELETE')", table.oid())
                        .fetchSingleInto(boolean.class));
        if (needed && !granted) {
            missing.computeIfAbsent(table.name(), t -> new TreeMap<>()).put("DELETE", Set.of());
        }
    }

    private void note(TableFacts table, ColumnFacts column, String name, boolean needed, boolean granted) {
        if (needed && !granted) {
            missing.computeIfAbsent(table.name(), t -> new TreeMap<>())
                    .computeIfAbsent(name, n -> new TreeSet<>())
                    .add(Jooq.sql(DSL.quotedName(column.name())));
        }
    }

    boolean isEmpty() {
        return missing.isEmpty();
    }

    /** Returns for each table what is missing, as the one statement that grants it. */
    List<String> faults(String user) {
        List<String> faults = new ArrayList<>();
        missing.forEach((table, privileges) -> {
            StringJoiner grants = new StringJoiner(", ");
            privileges.forEach((name, columns) ->
                    grants.add(columns.isEmpty() ? name : "%s (%s)".formatted(name, String.join(", ", columns))));
            faults.add("user %s lacks privileges on table \"%s\": grant %s on %s to %s"
                    .formatted(user, table, grants, Jooq.sql(Jooq.table(table)), user));
        });
        return faults;
    }
}
