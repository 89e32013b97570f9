// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code blobs_blobmeta} as far as the migration decides it: without {@code id} and {@code created_on}. Rows
 * that are expected and rows that are there compare by {@code equals}.
 *
 * @param domain the domain
 * @param typeCode the kind of blob
 * @param parentId the id of the owner
 * @param name the blob's name
 * @param key the key in the object store, unique
 * @param contentType the media type, or null
 * @param contentLength the size in bytes
 */
public record ExpectedRow(
        String domain,
        int typeCode,
        String parentId,
        String name,
        String key,
        @Nullable String contentType,
        long contentLength) {

    /**
     * Returns all rows that the table holds now, in the order of their keys.
     *
     * @throws SQLException if the table cannot be read, or a row has {@code properties} or {@code expires_on}, which
     *     the migration never sets
     */
    public static List<ExpectedRow> readAll(DataSource database) throws SQLException {
        String sql = "SELECT domain, type_code, parent_id, name, key, content_type, content_length,"
                + " properties IS NULL AND expires_on IS NULL FROM blobs_blobmeta ORDER BY key";
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<ExpectedRow> read = new ArrayList<>();
            while (rows.next()) {
                ExpectedRow row = of(rows);
                if (!rows.getBoolean(8)) {
                    throw new SQLException("row \"%s\" has properties or expires_on: expected null".formatted(row.key));
                }
                read.add(row);
            }
            return read;
        }
    }

    /** Returns the row of a line of {@code expected_blobmeta.jsonl}. */
    static ExpectedRow of(JsonObject line) {
        JsonElement contentType = line.get("content_type");
        return new ExpectedRow(
                line.get("domain").getAsString(),
                line.get("type_code").getAsInt(),
                line.get("parent_id").getAsString(),
                line.get("name").getAsString(),
                line.get("key").getAsString(),
                contentType.isJsonNull() ? null : contentType.getAsString(),
                line.get("content_length").getAsLong());
    }

    /** Returns this row under another key. */
    ExpectedRow withKey(String otherKey) {
        return new ExpectedRow(domain, typeCode, parentId, name, otherKey, contentType, contentLength);
    }

    private static ExpectedRow of(ResultSet row) throws SQLException {
        return new ExpectedRow(
                row.getString(1),
                row.getInt(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getLong(7));
    }
}
