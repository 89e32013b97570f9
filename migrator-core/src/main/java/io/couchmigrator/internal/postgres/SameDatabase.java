// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds out whether two connections lead to one database, whatever host or name they call it by. What a database tells of
 * itself does not: a copy tells the same.
 */
public final class SameDatabase {
    private static final String LOCK = "select pg_advisory_xact_lock(?)";

    private static final String SEEN =
            "select exists (select from pg_locks where locktype = 'advisory' and objsubid = 1"
                    + " and classid::bigint = ? and objid::bigint = ?"
                    + " and database = (select oid from pg_database where datname = current_database()))";

    private SameDatabase() {}

    /** Returns the key of a lock that is nobody else's, by any chance that matters. */
    public static long key() {
        return ThreadLocalRandom.current().nextLong();
    }

    /** Takes the lock of this key for the length of the transaction. */
    public static void lock(Connection connection, long key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setLong(1, key);
            statement.execute();
        }
    }

    /** Returns whether somebody has the lock of this key in the database of this connection. */
    public static boolean sees(Connection connection, long key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SEEN)) {
            statement.setLong(1, key >>> Integer.SIZE);
            statement.setLong(2, key & 0xFFFF_FFFFL);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
