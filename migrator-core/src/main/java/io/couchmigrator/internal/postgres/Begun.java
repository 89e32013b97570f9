// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The mark of a transaction that a session began. It ends with it, and cannot be asked for where an error has aborted it: of
 * either the driver's commit says nothing, whatever the server answers to it.
 */
public final class Begun {
    private static final String NAME = "couch_migrator.begun";
    /** The state of every statement after the one that failed, which is the error's cause. */
    static final String ABORTED = "25P02";

    private Begun() {}

    /** Returns the expression that marks a transaction. */
    static String sql() {
        return "set_config('" + NAME + "', 'here', true)";
    }

    /**
     * Returns whether the connection is still in the transaction that was begun, and its commit would be one. One round trip.
     *
     * @throws SQLException which {@link #isAborted}, with the error that it was before, if it is one that no commit commits
     */
    static boolean isStill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('" + NAME + "', true) = 'here'")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** Returns whether it was thrown because of an error before it that was passed over. */
    public static boolean isAborted(SQLException e) {
        return SqlFault.withState(e).anyMatch(thrown -> ABORTED.equals(thrown.getSQLState()));
    }
}
