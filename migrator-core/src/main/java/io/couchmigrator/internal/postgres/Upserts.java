// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.Upsert;
import io.couchmigrator.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The door from the public {@link Upsert} to what carries it out. */
public final class Upserts {
    private Upserts() {}

    /** Returns the upsert's writer for the table as it is now. */
    public static <R> Writer<R> prepared(Connection connection, Upsert<R> upsert) throws SQLException {
        TableFacts table = TableFacts.of(connection, upsert.table())
                .orElseThrow(() -> new SQLException("table \"%s\" does not exist".formatted(upsert.table()), "42P01"));
        for (Upsert.Column<R> column : upsert.columns()) {
            if (!table.columns().containsKey(column.name())) {
                throw new SQLException(
                        "table \"%s\" has no column \"%s\"".formatted(upsert.table(), column.name()), "42703");
            }
        }
        return new PreparedUpsert<>(upsert, table);
    }

    /**
     * Offers a target rows that it has, as if it had not. The writer of an upsert leaves rows that are there alone, and
     * would not show whether the table still takes them.
     */
    public static <R> void offer(Connection connection, Writer<R> writer, List<R> rows) throws SQLException {
        if (writer instanceof PreparedUpsert<R> upsert) {
            upsert.offer(connection, rows);
        } else {
            writer.write(connection, rows);
        }
    }
}
