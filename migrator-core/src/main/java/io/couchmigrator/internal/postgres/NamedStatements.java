// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PgConnection;

/**
 * Whether the driver may keep statements on the server under names. Behind a pooler of transactions it may not: the next
 * transaction runs on another server connection, which does not know them. So it may not either before it is known that
 * there is none. Used by one thread at a time.
 */
final class NamedStatements {
    private static final int NONE = 0;

    /** Null where the connection is not the driver's: how it prepares statements is then not for us to say. */
    private final @Nullable PGConnection driver;

    private final int threshold;
    private final boolean atOnce;

    private NamedStatements(@Nullable PGConnection driver) {
        this.driver = driver;
        this.threshold = driver == null ? NONE : driver.getPrepareThreshold();
        // The driver sets it where the threshold in its URL is -1.
        this.atOnce = driver instanceof PgConnection own && own.getForceBinary();
    }

    /** Returns those of a connection, with what it is to be given back with; there are none until it has run something. */
    static NamedStatements of(Connection connection) throws SQLException {
        NamedStatements named = new NamedStatements(driver(connection));
        named.set(NONE, false);
        return named;
    }

    /** Takes note of the server process that runs the transaction at hand. */
    void ranBy(int process) {
        if (driver != null && driver.getBackendPID() == process) {
            restore();
        } else {
            set(NONE, false);
        }
    }

    /** Leaves the connection as it came. */
    void restore() {
        set(threshold, atOnce);
    }

    private void set(int executions, boolean binary) {
        if (driver != null) {
            driver.setPrepareThreshold(executions);
        }
        if (driver instanceof PgConnection own) {
            own.setForceBinary(binary);
        }
    }

    private static @Nullable PGConnection driver(Connection connection) throws SQLException {
        return connection.isWrapperFor(PGConnection.class) ? connection.unwrap(PGConnection.class) : null;
    }
}
