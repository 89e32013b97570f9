// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * A way to write a batch under the rules of the table: a row that is there is left alone and costs no value of the id
 * sequence. The rows come sorted by key and free of duplicates, in a transaction that is open.
 */
interface UpsertWay {
    /** Returns what it does. */
    String title();

    /** Returns the properties that its connection needs. */
    default Map<String, String> properties() {
        return Map.of();
    }

    /** Makes the connection ready. */
    default void open(Connection connection) throws SQLException {}

    /** Writes a batch. */
    void write(Connection connection, List<BlobRow> rows) throws Exception;
}
