// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Objects;

/**
 * The table that records, by an upsert on the slug, when a migration was complete.
 *
 * @param table the table's name
 * @param slugColumn a unique text column
 * @param timeColumn a timestamp column
 */
public record CompletionTable(TableName table, String slugColumn, String timeColumn) {
    public CompletionTable {
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(slugColumn, "slugColumn");
        Objects.requireNonNull(timeColumn, "timeColumn");
    }

    /** Returns the one in the table whose name this is {@linkplain TableName#parse read} as. */
    public CompletionTable(String table, String slugColumn, String timeColumn) {
        this(TableName.parse(table), slugColumn, timeColumn);
    }
}
