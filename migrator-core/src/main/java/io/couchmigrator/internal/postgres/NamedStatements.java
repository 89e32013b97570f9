// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Whether the driver may keep statements on the server under names. Behind a pooler of transactions it may not: the next
 * transaction runs on another server connection, which does not know them. Used by one thread at a time.
 */
final class NamedStatements {
    private static final int NONE = 0;

    /** Null where the connection is not the driver's: how it prepares statements is then not for us to say. */
    private final @Nullable PGConnection driver;

    private final int threshold;

    private NamedStatements(@Nullable PGConnection driver) {
        this.driver = driver;
        this.threshold = driver == null ? NONE : driver.getPrepareThreshold();
    }

    /** Returns those of a connection, with what it is to be given back with. */
    static NamedStatements of(Connection connection) throws SQLException {
        return new NamedStatements(driver(connection));
    }

    /** Takes note of the server process that runs the transaction at hand. */
    void ranBy(int process) {
        if (driver != null && driver.getBackendPID() != process) {
            driver.setPrepareThreshold(NONE);
        }
    }

    /** Leaves the connection as it came. */
    void restore() {
        if (driver != null) {
            driver.setPrepareThreshold(threshold);
        }
    }

    private static @Nullable PGConnection driver(Connection connection) throws SQLException {
        return connection.isWrapperFor(PGConnection.class) ? connection.unwrap(PGConnection.class) : null;
    }
}
