// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * A way to write a batch under the rules of its table. The changes come sorted by key and free of duplicates, in a transaction that is open.
 *
 * @param <R> the type of the rows
 */
interface WriteWay<R> {
    /** Returns what it does. */
    String title();

    /** Returns the properties that its connection needs. */
    default Map<String, String> properties() {
        return Map.of();
    }

    /** Makes the connection ready. */
    default void open(Connection connection) throws SQLException {}

    /** Writes a batch. */
    void write(Connection connection, List<Change<R>> changes) throws Exception;
}
