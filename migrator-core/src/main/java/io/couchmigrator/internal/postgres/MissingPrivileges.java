// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jooq.impl.DSL;

/** What a user may not do with tables, their columns and their schemas, though it must. */
final class MissingPrivileges {
    /** The first table in it by schema, quoted. */
    private final Map<String, TableFacts> schemas = new LinkedHashMap<>();

    /** Columns by privilege by table. */
    private final Map<TableFacts, Map<String, Set<String>>> missing = new LinkedHashMap<>();

    /** Notes a schema, quoted, if what a table needs of it cannot be named. */
    void noteSchema(TableFacts table, Optional<String> closed) {
        closed.ifPresent(schema -> schemas.putIfAbsent(schema, table));
    }

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
            missing.computeIfAbsent(table, t -> new TreeMap<>()).put("DELETE", Set.of());
        }
    }

    private void note(TableFacts table, ColumnFacts column, String name, boolean needed, boolean granted) {
        if (needed && !granted) {
            missing.computeIfAbsent(table, t -> new TreeMap<>())
                    .computeIfAbsent(name, n -> new TreeSet<>())
                    .add(Jooq.sql(DSL.quotedName(column.name())));
        }
    }

    boolean isEmpty() {
        return schemas.isEmpty() && missing.isEmpty();
    }

    /** Returns for each schema the one statement that lets it be used. */
    List<Fault> schemaFaults(String user) {
        List<Fault> faults = new ArrayList<>();
        schemas.forEach((schema, table) -> faults.add(Fault.lacking(
                "user %s may not use schema %s, which table \"%s\" is in or needs"
                        .formatted(user, schema, table.name()),
                "grant usage on schema %s to %s".formatted(schema, user))));
        return faults;
    }

    /** Returns for each table what is missing, with the one statement that grants it. */
    List<Fault> faults(String user) {
        return faults(user, "user %s lacks privileges on table \"%s\"");
    }

    /** Returns the same, said in other words, in which the user comes first, and then the table. */
    List<Fault> faults(String user, String what) {
        List<Fault> faults = new ArrayList<>();
        missing.forEach((table, privileges) -> {
            StringJoiner grants = new StringJoiner(", ");
            privileges.forEach((name, columns) ->
                    grants.add(columns.isEmpty() ? name : "%s (%s)".formatted(name, String.join(", ", columns))));
            faults.add(Fault.lacking(
                    what.formatted(user, table.name()), "grant %s on %s to %s".formatted(grants, table.sql(), user)));
        });
        return faults;
    }
}
