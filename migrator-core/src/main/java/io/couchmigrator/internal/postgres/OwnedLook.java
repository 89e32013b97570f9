// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.OwnedTable;
import io.couchmigrator.internal.offsets.Interval;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.impl.DSL;

/**
 * Asks an owned table which documents have rows. Safe for use by multiple threads.
 *
 * @param table its name, as SQL
 * @param id the name of the column of the ids, as SQL
 * @param rev the name of that of the revisions, as SQL; empty if it has none
 */
record OwnedLook(String table, String id, Optional<String> rev) {
    static OwnedLook at(OwnedTable<?> owned) {
        return new OwnedLook(
                Jooq.sql(Jooq.table(owned.table())),
                sql(owned.columns().get(0)),
                owned.rev().map(OwnedLook::sql));
    }

    private static String sql(OwnedTable.Column column) {
        return Jooq.sql(DSL.quotedName(column.name()));
    }

    /** Returns which of these ids have a row. */
    Set<String> there(Connection connection, String... ids) throws SQLException {
        String sql = "select %s from %s where %s = any(?::text[])".formatted(id, table, id);
        return Jooq.with(
                connection,
                jooq -> new HashSet<>(Planned.fetch(jooq, sql, (Object) ids).map(found -> found.get(0, String.class))));
    }

    /** Returns the first ids within an interval that have a row, in order. */
    List<String> ids(Connection connection, Interval within, int most) throws SQLException {
        List<Object> bindings = bounds(within);
        bindings.add(most);
        String sql = "select %s from %s where %s order by %s limit ?".formatted(id, table, condition(within), id);
        return Jooq.with(connection, jooq -> Planned.walk(jooq, sql, bindings.toArray())
                .map(found -> found.get(0, String.class)));
    }

    /** Returns how many ids within an interval have a row. */
    long count(Connection connection, Interval within) throws SQLException {
        String sql = "select count(*) from %s where %s".formatted(table, condition(within));
        return Jooq.with(
                        connection,
                        jooq -> Planned.walk(jooq, sql, bounds(within).toArray()))
                .get(0)
                .get(0, long.class);
    }

    private String condition(Interval within) {
        return "%s %s ?%s"
                .formatted(
                        id,
                        within.fromIncluded() ? ">=" : ">",
                        within.to() == null ? "" : " and %s %s ?".formatted(id, within.toIncluded() ? "<=" : "<"));
    }

    private static List<Object> bounds(Interval within) {
        List<Object> bounds = new ArrayList<>();
        bounds.add(within.from());
        if (within.to() != null) {
            bounds.add(within.to());
        }
        return bounds;
    }

    /** Returns the revisions of the rows of these ids; the table has a column for them. */
    Map<String, String> revisions(Connection connection, String... ids) throws SQLException {
        String sql = "select %s, %s from %s where %s = any(?::text[])".formatted(id, rev.orElseThrow(), table, id);
        Map<String, String> revisions = new HashMap<>();
        Jooq.with(connection, jooq -> Planned.fetch(jooq, sql, (Object) ids))
                .forEach(found -> revisions.put(found.get(0, String.class), found.get(1, String.class)));
        return revisions;
    }
}
