// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jooq.Record;

/**
 * What tells one target from another.
 *
 * @param systemIdentifier the server's; empty where the user may not read it
 * @param database the database's name
 * @param databaseOid the database's oid
 * @param tables the oid of each table that is written
 * @param timeline the server's timeline; empty where it is not known. Not what the target is, but how far what was
 *     written there can be relied on
 */
public record TargetIdentity(
        Optional<String> systemIdentifier,
        String database,
        long databaseOid,
        Map<String, Long> tables,
        OptionalLong timeline) {
    /** The first server that has {@code plan_cache_mode}. */
    private static final int LEAST_VERSION = 120_000;

    /** Returns the identity of the connection's database, without its timeline; tables that do not exist are left out. */
    public static TargetIdentity of(Connection connection, Set<String> tables) throws SQLException {
        Map<String, Long> oids = new TreeMap<>();
        for (String table : tables) {
            TableFacts.of(connection, table).ifPresent(facts -> oids.put(table, facts.oid()));
        }
        Record database = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle(
                        "select datname::text, oid::bigint from pg_database where datname = current_database()"));
        return new TargetIdentity(
                systemIdentifier(connection),
                String.valueOf(database.get(0, String.class)),
                Optional.ofNullable(database.get(1, Long.class)).orElse(0L),
                oids,
                OptionalLong.empty());
    }

    /** Returns the same on this timeline. */
    public TargetIdentity on(OptionalLong seen) {
        return new TargetIdentity(systemIdentifier, database, databaseOid, tables, seen);
    }

    /** Returns what makes the server itself unfit to be written to. */
    public static List<String> serverFaults(Connection connection) throws SQLException {
        List<String> faults = new ArrayList<>();
        Record server = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle(
                        "select current_setting('server_version_num')::int, current_setting('server_version'),"
                                + " pg_is_in_recovery()"));
        int version = Optional.ofNullable(server.get(0, Integer.class)).orElse(0);
        if (version < LEAST_VERSION) {
            faults.add("the server is PostgreSQL %s: expected 12 or later".formatted(server.get(1)));
        }
        if (Boolean.TRUE.equals(server.get(2, Boolean.class))) {
            faults.add("the server is a standby and cannot be written to: connect to its primary");
        }
        return faults;
    }

    private static Optional<String> systemIdentifier(Connection connection) throws SQLException {
        return Jooq.with(connection, jooq -> {
            boolean allowed = Boolean.TRUE.equals(
                    jooq.resultQuery("select has_function_privilege('pg_control_system()', 'EXECUTE')")
                            .fetchSingle(0, Boolean.class));
            return allowed
                    ? Optional.ofNullable(jooq.resultQuery("select system_identifier::text from pg_control_system()")
                            .fetchSingle(0, String.class))
                    : Optional.empty();
        });
    }
}
