// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.Listener.Wait;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL says that its processes wait for.
 *
 * @param kind whether that is a lock
 * @param cause the same in words, with whom to turn to
 */
record WaitedFor(Wait.Kind kind, String cause) {
    /** A process that waits for its client is ours to wait for. Blockers are told by what any user may know of them. */
    private static final String SQL = "with late as (select pid, wait_event = 'SyncRep' as confirms,"
            + " state = 'active' and wait_event_type is distinct from 'Client' and clock_timestamp() - query_start >= ? as is_slow,"
            + " query_start, pg_blocking_pids(pid) as blockers"
            + " from pg_stat_activity where pid = any (?))"
            + " select blocker, confirms, is_slow, usename, application_name, coalesce(client_hostname, host(client_addr)) as host,"
            + " (select relation::regclass from pg_locks"
            + " where pg_locks.pid = late.pid and not granted and relation is not null limit 1) as relation"
            + " from late left join unnest(blockers) as blocker on not blocker = any (?)"
            + " left join pg_stat_activity as blocking on blocking.pid = blocker"
            + " order by blocker is null, confirms desc nulls last, late.query_start limit 1";

    /** Returns what one of these processes waits for, other than another one of them; empty if the server is not slow. */
    static Optional<WaitedFor> by(List<Integer> processes, Duration slow, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setObject(1, slow.toMillis() + " ms", Types.OTHER);
            statement.setArray(2, connection.createArrayOf("int4", processes.toArray()));
            statement.setArray(3, connection.createArrayOf("int4", processes.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? of(row) : slow("a process of the server");
            }
        }
    }

    private static Optional<WaitedFor> of(ResultSet row) throws SQLException {
        int blocker = row.getInt("blocker");
        if (!row.wasNull()) {
            String lock = "a lock" + told(" on %s", row.getString("relation"));
            return Optional.of(new WaitedFor(
                    Wait.Kind.LOCK,
                    blocker == 0
                            ? lock + " that a prepared transaction holds: see pg_prepared_xacts"
                            : "%s that server process %s (%s) holds: to end it, select pg_terminate_backend(%s)"
                                    .formatted(lock, blocker, who(row), blocker)));
        }
        if (row.getBoolean("confirms")) {
            return slow("a standby to confirm a commit");
        }
        return row.getBoolean("is_slow") ? slow("a statement that takes long") : Optional.empty();
    }

    private static Optional<WaitedFor> slow(String cause) {
        return Optional.of(new WaitedFor(Wait.Kind.STATEMENT, cause));
    }

    private static String who(ResultSet row) throws SQLException {
        return "user " + row.getString("usename")
                + told(", application \"%s\"", row.getString("application_name"))
                + told(", host %s", row.getString("host"));
    }

    private static String told(String words, @Nullable String seen) {
        return seen == null || seen.isEmpty() ? "" : words.formatted(seen);
    }
}
