// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.retry.PassingException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timeline on which a run writes. PostgreSQL begins a new one where a standby takes over or a backup is restored:
 * there, rows that were committed before may be missing. A mere restart stays on its timeline. Immutable.
 *
 * @param server what the server is called
 * @param expected the one on which all that is recorded was written
 */
public record Timeline(String server, long expected) {
    private static final Logger LOG = LoggerFactory.getLogger(Timeline.class);

    /**
     * The name of the file that is being written, which begins with the timeline; null on a standby. Unlike the control
     * file it is never behind, and any user may ask for it.
     */
    static final String FILE = "case when pg_is_in_recovery() then null else pg_walfile_name(pg_current_wal_lsn()) end";

    private static final int DIGITS = 8;
    private static final int RADIX = 16;

    /** Returns the timeline of the session's server; empty where it cannot be told, which is logged. */
    public static OptionalLong of(Session session) throws PassingException {
        try {
            return session.transaction(Timeline::read);
        } catch (SQLException e) {
            if (SqlFault.of(e).isPassing()) {
                throw session.passing("look at the server's timeline", e);
            }
            LOG.info("a fail-over of PostgreSQL will not be noticed: it does not tell its timeline: {}", e.toString());
            return OptionalLong.empty();
        }
    }

    /** Returns the fault of a server that is on another timeline than what was recorded. */
    public static TargetException fault(String server, long seen, long expected) {
        return new TargetException(
                "%s is on timeline %s, expected %s: a standby took over, or a backup was restored, and rows that were committed before may be missing: look for them with verify(), then try again with acceptFailover(true); or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                        .formatted(server, seen, expected));
    }

    /**
     * Holds a server to this timeline.
     *
     * @param file what it answered to {@link #FILE}
     * @throws TargetException if it is on another
     */
    void check(@Nullable String file) {
        number(file).ifPresent(seen -> {
            if (seen != expected) {
                throw fault(server, seen, expected);
            }
        });
    }

    private static OptionalLong read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + FILE);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return number(row.getString(1));
        }
    }

    private static OptionalLong number(@Nullable String file) {
        return file == null || file.length() < DIGITS
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(file.substring(0, DIGITS), RADIX));
    }
}
