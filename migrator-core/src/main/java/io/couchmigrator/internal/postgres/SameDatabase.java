// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.retry.PassingException;
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

    /** Returns whether one sees a lock that the other holds for the length of a transaction. */
    public static boolean is(Session one, Session other) throws PassingException {
        // Nobody else's lock by any chance that matters.
        long key = ThreadLocalRandom.current().nextLong();
        return one.attempt("look whether two databases are one", holding -> {
            lock(holding, key);
            return other.transaction(looking -> sees(looking, key));
        });
    }

    private static void lock(Connection connection, long key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setLong(1, key);
            statement.execute();
        }
    }

    private static boolean sees(Connection connection, long key) throws SQLException {
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
