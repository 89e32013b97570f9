// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jooq.Record;

/**
 * What the catalogue says of a table, and what the current user may do with it.
 *
 * @param oid its oid
 * @param name its name as it was asked for
 * @param sql its name as SQL, with its schema
 * @param closed its schema, quoted, if the user may not use that
 * @param columns its columns by name, in their order
 * @param uniqueColumns columns that have a unique index of their own
 * @param triggers the names, quoted, of those that somebody created and that run in a session like this one when rows are written or
 *     deleted, also where they are of partitions, or where the table is one and has them from its parent
 */
public record TableFacts(
        long oid,
        TableName name,
        String sql,
        Optional<String> closed,
        Map<String, ColumnFacts> columns,
        Set<String> uniqueColumns,
        List<String> triggers) {
    /**
     * What an SQL statement begins with that selects from {@code path}: the names on the search path, read as PostgreSQL reads
     * them, which itself tells only the schemas that the user may use.
     */
    static final String WITH_SEARCH_PATH = """
            with names(name, place) as (
              select coalesce(replace(part[1], '""', '"'), lower(part[2] collate "C"))::name::text, place
              from regexp_matches(current_setting('search_path'),
                '"((?:[^"]|"")*)"|([^[:space:],"][^[:space:],]*)', 'g') with ordinality parts(part, place)
            ), path(schema, place) as (
              select case name when '$user' then current_user::text else name end, place from names
            )
            """;

    /**
     * A column.
     *
     * @param name its name
     * @param type its type as SQL writes it, without a length or precision
     * @param stored the same with them: what a value becomes in the column
     * @param category the type's category as in {@code pg_type.typcategory}
     * @param closed the type's schema, quoted, if the user may not use that
     * @param maxLength the most code points it holds, where it has a limit
     * @param notNull whether it refuses null
     * @param filled whether the server fills it where an INSERT does not name it
     * @param select whether the user may read it
     * @param insert whether the user may insert into it
     * @param update whether the user may update it
     */
    public record ColumnFacts(
            String name,
            String type,
            String stored,
            String category,
            Optional<String> closed,
            OptionalInt maxLength,
            boolean notNull,
            boolean filled,
            boolean select,
            boolean insert,
            boolean update) {
        /** Returns whether it holds text. */
        public boolean isText() {
            return category.equals("S");
        }

        /** Returns whether it holds whole numbers of at most 64 bits. */
        public boolean isInteger() {
            return type.equals("smallint") || type.equals("integer") || type.equals("bigint");
        }
    }

    /**
     * Returns what the catalogue says; empty if there is no such table or view, neither on the search path nor in a schema of it
     * that the user may not use, which PostgreSQL passes over.
     */
    public static Optional<TableFacts> of(Connection connection, TableName table) throws SQLException {
        String schema = table.schema().orElse(null);
        return Jooq.with(connection, jooq -> jooq.fetchOptional(
                        WITH_SEARCH_PATH + """
                                select c.oid::bigint, format('%I.%I', n.nspname, c.relname) as sql,
                                  case when not has_schema_privilege(n.oid, 'USAGE') then quote_ident(n.nspname) end as closed
                                from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = (select coalesce(
                                  case when not exists (
                                      select from pg_namespace where nspname = ? and not has_schema_privilege(oid, 'USAGE'))
                                    then to_regclass(?)::oid end,
                                  (select hidden.oid
                                    from pg_class hidden join pg_namespace s on s.oid = hidden.relnamespace
                                    join (select schema, place from path where ?::text is null union all select ?::text, 1) its
                                      on s.nspname = its.schema
                                    where hidden.relname = ? and not has_schema_privilege(s.oid, 'USAGE')
                                    order by place limit 1)))
                                """, schema, Jooq.sql(Jooq.table(table)), schema, schema, table.name())
                .map(found -> facts(jooq, found, table)));
    }

    /** Returns whether others inherit from a table, so that its unique indexes do not hold for all rows that it shows. */
    static boolean hasHeirs(Connection connection, TableFacts table) throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery("""
                        select exists (select from pg_inherits i join pg_class c on c.oid = i.inhparent
                          where c.oid = ?::oid and c.relkind = 'r')
                        """, table.oid()).fetchSingleInto(boolean.class));
    }

    /** Returns whether there is a view of this name. */
    static boolean isView(Connection connection, TableName name) throws SQLException {
        Optional<TableFacts> found = of(connection, name);
        return found.isPresent()
                && Jooq.with(connection, jooq -> jooq.resultQuery(
                                "select relkind = 'v' from pg_class where oid = ?::oid",
                                found.get().oid())
                        .fetchSingleInto(boolean.class));
    }

    /**
     * Returns whether there is such a table with rows of its own, and not one that shows those of others: a view, a
     * foreign, inherited or partitioned table, or one that logical replication fills.
     */
    public static boolean hasItsOwnRows(Connection connection, TableName table) throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery("""
                        select exists (select from pg_class c where c.oid = to_regclass(?) and c.relkind = 'r'
                          and not exists (select from pg_inherits i where i.inhparent = c.oid)
                          and not exists (select from pg_subscription_rel s where s.srrelid = c.oid))
                        """, Jooq.sql(Jooq.table(table)))
                .fetchSingleInto(boolean.class));
    }

    private static TableFacts facts(DSLContext jooq, Record found, TableName table) {
        long oid = found.get("oid", long.class);
        Map<String, ColumnFacts> columns = new LinkedHashMap<>();
        for (Record column : jooq.fetch("""
                select a.attname, format_type(a.atttypid, -1) as type, format_type(a.atttypid, a.atttypmod) as stored,
                  t.typcategory::text,
                  (select quote_ident(nspname) from pg_namespace where oid = t.typnamespace and not has_schema_privilege(oid, 'USAGE')) as closed,
                  case when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) and a.atttypmod > 4
                    then a.atttypmod - 4 end as max_length,
                  a.attnotnull or t.typnotnull as not_null,
                  a.atthasdef or a.attidentity <> '' or t.typdefault is not null as filled,
                  has_column_privilege(a.attrelid, a.attnum, 'SELECT') as may_select,
                  has_column_privilege(a.attrelid, a.attnum, 'INSERT') as may_insert,
                  has_column_privilege(a.attrelid, a.attnum, 'UPDATE') as may_update
                from pg_attribute a join pg_type t on t.oid = a.atttypid
                where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped
                order by a.attnum
                """, oid)) {
            Integer maxLength = column.get("max_length", Integer.class);
            String name = column.get("attname", String.class);
            columns.put(
                    name,
                    new ColumnFacts(
                            name,
                            column.get("type", String.class),
                            column.get("stored", String.class),
                            column.get("typcategory", String.class),
                            Optional.ofNullable(column.get("closed", String.class)),
                            maxLength == null ? OptionalInt.empty() : OptionalInt.of(maxLength),
                            column.get("not_null", boolean.class),
                            column.get("filled", boolean.class),
                            column.get("may_select", boolean.class),
                            column.get("may_insert", boolean.class),
                            column.get("may_update", boolean.class)));
        }
        // Only what ON CONFLICT can infer: valid, immediate, whole, and one plain column.
        Set<String> unique = new TreeSet<>(jooq.resultQuery("""
                        select a.attname::text
                        from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                        where i.indrelid = ?::oid and i.indisunique and i.indisvalid and i.indimmediate
                          and i.indpred is null and i.indnkeyatts = 1
                        """, oid).fetchInto(String.class));
        return new TableFacts(
                oid,
                table,
                found.get("sql", String.class),
                Optional.ofNullable(found.get("closed", String.class)),
                columns,
                unique,
                triggers(jooq, oid));
    }

    /** Before PostgreSQL 15 those that a partition has from its parent are internal, too: what is the server's own is told by its constraint. */
    private static List<String> triggers(DSLContext jooq, long oid) {
        return jooq.resultQuery("""
                        with recursive parts(oid) as (
                          select ?::oid union select inhrelid from pg_inherits join parts on inhparent = parts.oid
                        )
                        select distinct quote_ident(tgname) from pg_trigger join parts on tgrelid = parts.oid
                        where tgtype & 28 <> 0 -- of INSERT, DELETE or UPDATE
                          and not exists (select from pg_constraint where oid = tgconstraint and contype <> 't')
                          and tgenabled::text in ('A', case current_setting('session_replication_role') when 'replica' then 'R' else 'O' end)
                        order by 1
                        """, oid).fetchInto(String.class);
    }
}
