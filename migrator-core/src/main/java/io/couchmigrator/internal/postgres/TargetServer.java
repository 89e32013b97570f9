// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.CheckReport.Connections;
import io.couchmigrator.CheckReport.Connections.LimitOf;
import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TableCheck.State;
import io.couchmigrator.TableName;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.offsets.TargetIdentity;
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

/** What a server tells of itself and of the connection's database: which they are, and whether they are fit for a target. */
public final class TargetServer {
    /** The first server that has {@code plan_cache_mode}. */
    private static final int LEAST_VERSION = 120_000;

    /** Counting them takes no time that anybody notices. */
    private static final int MOST_COUNTED = 10_000;

    private TargetServer() {}

    /** Returns the identity of the connection's database, without its timeline; tables that do not exist are left out. */
    public static TargetIdentity identity(Connection connection, Set<TableName> tables) throws SQLException {
        Record database = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle(
                        "select datname::text, oid::bigint from pg_database where datname = current_database()"));
        return new TargetIdentity(
                systemIdentifier(connection),
                String.valueOf(database.get(0, String.class)),
                Optional.ofNullable(database.get(1, Long.class)).orElse(0L),
                tables(connection, tables),
                OptionalLong.empty());
    }

    /**
     * Returns what the server tells of itself and of the connection's database; of others' connections, and of its own TLS, it
     * may tell this user nothing.
     *
     * @param ownConnections how many are those of the check itself
     */
    public static Server described(Connection connection, int ownConnections) throws SQLException {
        Record server = Jooq.with(connection, jooq -> jooq.fetchSingle("""
                select current_setting('server_version'), current_database()::text, current_user::text,
                  told and has_table_privilege('pg_stat_ssl', 'SELECT'), told and has_table_privilege('pg_stat_activity', 'SELECT')
                from (select has_function_privilege('pg_stat_get_activity(integer)', 'EXECUTE') as told) as activity
                """));
        return new Server(
                server.get(0, String.class).split(" ", 2)[0],
                server.get(1, String.class),
                server.get(2, String.class),
                server.get(3, boolean.class) ? Optional.of(isOverTls(connection)) : Optional.empty(),
                server.get(4, boolean.class) ? Optional.of(free(connection, ownConnections)) : Optional.empty());
    }

    private static boolean isOverTls(Connection connection) throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery(
                        "select coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)")
                .fetchSingleInto(boolean.class));
    }

    /** Returns the limit that leaves the fewest connections. */
    private static Connections free(Connection connection, int ownConnections) throws SQLException {
        Record least = Jooq.with(connection, jooq -> jooq.fetchSingle("""
                with client as (
                  select usesysid, datid from pg_stat_activity
                  where datid is not null and coalesce(backend_type, 'client backend') = 'client backend'
                )
                select limited.of, limited.most, limited.taken
                from pg_roles r, pg_database d, lateral (values
                  ('SERVER', current_setting('max_connections')::int - case when r.rolsuper then 0
                    else current_setting('superuser_reserved_connections')::int
                      + coalesce(current_setting('reserved_connections', true)::int, 0) end,
                    (select count(*) from client)),
                  ('USER', case when r.rolsuper then -1 else r.rolconnlimit end,
                    (select count(*) from client where usesysid = r.oid)),
                  ('DATABASE', case when r.rolsuper then -1 else d.datconnlimit end,
                    (select count(*) from client where datid = d.oid))
                ) limited(of, most, taken)
                where r.rolname = session_user and d.datname = current_database() and limited.most >= 0
                order by limited.most - limited.taken limit 1
                """));
        return new Connections(
                LimitOf.valueOf(least.get(0, String.class)),
                least.get(1, int.class),
                Math.max(0, least.get(2, int.class) - ownConnections));
    }

    /** Returns how many rows a table has that the user may read: counted if they are few, else as the server estimates them. */
    public static TableCheck rows(Connection connection, TableName table) throws SQLException {
        if (TableFacts.of(connection, table).isEmpty()) {
            return new TableCheck(table, State.MISSING, OptionalLong.empty());
        }
        String sql = Jooq.sql(Jooq.table(table));
        long few = Jooq.with(connection, jooq -> jooq.resultQuery(
                        "select count(*) from (select from %s limit %s) as few".formatted(sql, MOST_COUNTED + 1))
                .fetchSingleInto(long.class));
        if (few <= MOST_COUNTED) {
            return new TableCheck(table, State.COUNTED, OptionalLong.of(few));
        }
        String plan = Jooq.with(connection, jooq -> jooq.resultQuery("explain (format json) select from " + sql)
                .fetchSingleInto(String.class));
        long estimate = JsonFiles.parse(plan)
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("Plan")
                .get("Plan Rows")
                .getAsLong();
        return new TableCheck(table, State.ESTIMATED, OptionalLong.of(Math.max(few, estimate)));
    }

    /** Returns the oids of tables; those that do not exist are left out. */
    public static Map<String, Long> tables(Connection connection, Set<TableName> tables) throws SQLException {
        Map<String, Long> oids = new TreeMap<>();
        for (TableName table : tables) {
            TableFacts.of(connection, table).ifPresent(facts -> oids.put(table.toString(), facts.oid()));
        }
        return oids;
    }

    /** Returns what makes the server itself unfit to be written to. */
    public static List<String> faults(Connection connection) throws SQLException {
        List<String> faults = readingFaults(connection);
        Record server = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle(
                        "select pg_is_in_recovery(), current_setting('transaction_read_only')::boolean,"
                                + " quote_ident(current_user), current_setting('default_transaction_read_only')"));
        if (Boolean.TRUE.equals(server.get(0, Boolean.class))) {
            faults.add("the server is a standby and cannot be written to: connect to its primary");
        } else if (Boolean.TRUE.equals(server.get(1, Boolean.class))) {
            faults.add(
                    ("transactions of user %s are read-only here (default_transaction_read_only is %s): alter role %s set"
                                    + " default_transaction_read_only = off, or the database if it is its setting")
                            .formatted(server.get(2), server.get(3), server.get(2)));
        }
        return faults;
    }

    /** Returns what makes the server itself unfit to be read from, too. */
    public static List<String> readingFaults(Connection connection) throws SQLException {
        Record server = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle(
                        "select current_setting('server_version_num')::int, current_setting('server_version')"));
        List<String> faults = new ArrayList<>();
        if (Optional.ofNullable(server.get(0, Integer.class)).orElse(0) < LEAST_VERSION) {
            faults.add("the server is PostgreSQL %s: expected 12 or later".formatted(server.get(1)));
        }
        pathFault(connection).ifPresent(faults::add);
        return faults;
    }

    /** An operator of somebody else's that stands before the server's own may find different what is the same. */
    private static Optional<String> pathFault(Connection connection) throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery("""
                        select quote_ident(n.nspname), min(o.oid::regoperator::text)
                        from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
                        where array_position(current_schemas(true), n.nspname) < array_position(current_schemas(true), 'pg_catalog')
                        group by n.nspname order by n.nspname limit 1
                        """)
                .fetchOptional(first ->
                        "the search path has schema %s before pg_catalog, whose operators, such as %s, take the place of the server's own: leave pg_catalog out of search_path, or put it first"
                                .formatted(first.get(0), first.get(1))));
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
