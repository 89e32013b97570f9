// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.offsets.TargetIdentity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The advisory lock of a migration in its target, on a connection that does nothing else. Used by one thread at a time. */
public final class AdvisoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdvisoryLock.class);

    /** What says nothing of who it is: the driver's own name, and the program's. */
    private static final Set<String> PLAIN_NAMES = Set.of("", "PostgreSQL JDBC Driver", "migrator");

    /** Some servers tell nobody of others' connections. */
    private static final String ACTIVITY_IS_TOLD = "select has_table_privilege('pg_stat_activity', 'SELECT')"
            + " and has_function_privilege('pg_stat_get_activity(integer)', 'EXECUTE')";

    private final Connection connection;
    private final long key;
    private final String lock;
    private final boolean autoCommit;
    private final NamedStatements named;
    private final int process;
    private final String application;

    private AdvisoryLock(
            Connection connection,
            long key,
            boolean autoCommit,
            NamedStatements named,
            int process,
            String application) {
        this.connection = connection;
        this.key = key;
        this.lock = held(key);
        this.autoCommit = autoCommit;
        this.named = named;
        this.process = process;
        this.application = application;
    }

    /**
     * Returns the key of a migration's lock: the first eight bytes of the SHA-256 of {@code couch-migrator SLUG
     * DATABASE_OID TABLE_OIDS}, the oids of the tables that are written in ascending order with commas between.
     */
    public static long key(String slug, TargetIdentity target) {
        String tables =
                target.tables().values().stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
        String text = "couch-migrator %s %s %s".formatted(slug, target.databaseOid(), tables);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Returns the lock, not yet taken, on a connection that was borrowed for it and is closed with it. */
    public static AdvisoryLock on(Connection borrowed, long key) throws SQLException {
        try {
            boolean autoCommit = borrowed.getAutoCommit();
            NamedStatements named = NamedStatements.of(borrowed);
            borrowed.setAutoCommit(true);
            try (Statement statement = borrowed.createStatement();
                    ResultSet row =
                            statement.executeQuery("select pg_backend_pid(), current_setting('application_name')")) {
                row.next();
                return new AdvisoryLock(borrowed, key, autoCommit, named, row.getInt(1), row.getString(2));
            }
        } catch (Throwable e) {
            try (borrowed) {
                throw e;
            }
        }
    }

    /**
     * Returns whether the connection has a server process of its own. A pooler begins a connection before it has one,
     * and so tells a number that it made up. There a lock would be taken on a connection of other people, and stay there.
     */
    public boolean isOnOwnProcess() throws SQLException {
        return connection.isWrapperFor(PGConnection.class)
                && connection.unwrap(PGConnection.class).getBackendPID() == process;
    }

    /** What came of an attempt to take the lock. */
    public enum Attempt {
        /** It is held, as two transactions have proved. */
        HELD,
        /** Somebody else holds it. */
        REFUSED,
        /** It was given, but not to this connection, or not for longer than a transaction; it is given back. */
        UNPROVED
    }

    /**
     * Takes the lock if nobody holds it.
     *
     * @param name what to call the connection, for whoever wonders, unless it has a name of its own
     */
    public Attempt take(String name) throws SQLException {
        if (!isTrue("select pg_try_advisory_lock(%s)".formatted(key))) {
            return Attempt.REFUSED;
        }
        boolean once = isHeld();
        if (once && PLAIN_NAMES.contains(application)) {
            call(name);
        }
        if (once && isHeld()) {
            return Attempt.HELD;
        }
        isTrue("select pg_advisory_unlock(%s)".formatted(key));
        return Attempt.UNPROVED;
    }

    /** Returns whether it is held by this connection. */
    public boolean isHeld() throws SQLException {
        return isTrue("select pg_backend_pid() = %s and exists (select from pg_locks where pid = %s and %s)"
                .formatted(process, process, lock));
    }

    private static String held(long key) {
        return "locktype = 'advisory' and objsubid = 1 and classid::bigint = %s and objid::bigint = %s"
                        .formatted(key >>> Integer.SIZE, key & 0xFFFF_FFFFL)
                + " and database = (select oid from pg_database where datname = current_database()) and granted";
    }

    /** Returns who holds it, for people, as far as the user may know; and how to end it. */
    public String holder() throws SQLException {
        return holder(connection, key).orElse("nobody any more: try again");
    }

    /** Returns the same of the lock with a key, which may be looked at on any connection; empty if nobody holds it. */
    public static Optional<String> holder(Connection connection, long key) throws SQLException {
        String holder = isTrue(connection, ACTIVITY_IS_TOLD)
                ? "select l.pid, a.application_name, coalesce(a.client_hostname, host(a.client_addr)),"
                        + " to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from pg_locks l left join pg_stat_activity a using (pid)"
                : "select pid, null, null, null from pg_locks";
        String sql = "%s where %s".formatted(holder, held(key));
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                return Optional.empty();
            }
            int pid = row.getInt(1);
            return Optional.of(
                    "server process %s%s%s%s: wait for that run, or stop it; if its host is gone, end the connection with select pg_terminate_backend(%s)"
                            .formatted(
                                    pid,
                                    told(", application \"%s\"", row.getString(2)),
                                    told(", from host %s", row.getString(3)),
                                    told(", since %s", row.getString(4)),
                                    pid));
        }
    }

    /** Gives up the lock, if it is held, and the connection as it came. */
    @Override
    public void close() {
        try (connection) {
            if (isHeld()) {
                isTrue("select pg_advisory_unlock(%s)".formatted(key));
                call(application);
            }
            connection.setAutoCommit(autoCommit);
            named.restore();
        } catch (SQLException e) {
            // What broke holds no lock any more.
            LOG.debug("the connection of the lock could not be given back as it came", e);
        }
    }

    private void call(String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select set_config('application_name', ?, false)")) {
            statement.setString(1, name);
            statement.execute();
        }
    }

    private boolean isTrue(String sql) throws SQLException {
        return isTrue(connection, sql);
    }

    private static boolean isTrue(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static String told(String words, @Nullable String seen) {
        return seen == null || seen.isEmpty() ? "" : words.formatted(seen);
    }
}
