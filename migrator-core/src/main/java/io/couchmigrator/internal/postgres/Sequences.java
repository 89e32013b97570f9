// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jooq.Record;

/** The sequences that columns draw from which are not written: by their defaults, or as an identity. */
final class Sequences {
    private Sequences() {}

    /**
     * Returns what is wrong with them, each a sentence: the user may not draw from one, an identity's aside, which needs no
     * privilege; it has no value left, or none that its column holds; a crash of the server would put it back.
     *
     * @param user the current user, quoted
     */
    static List<String> faults(Connection connection, TableFacts table, Set<String> written, String user)
            throws SQLException {
        List<String> faults = new ArrayList<>();
        for (Record drawn : Jooq.with(
                connection, jooq -> jooq.fetch("""
                with drawn as (
                  select a.attname, a.atttypid, d.refobjid as sequence, false as identity,
                    pg_get_expr(f.adbin, f.adrelid) ~ '^nextval\\(''[^'']*''::regclass\\)$' as plain
                  from pg_attrdef f
                  join pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum
                  join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid
                    and d.refclassid = 'pg_class'::regclass
                  where f.adrelid = ?::oid
                  union all
                  select a.attname, a.atttypid, d.objid, true, true
                  from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
                    and d.refobjid = ?::oid and d.deptype = 'i' and a.attidentity <> ''
                ), next as (
                  select drawn.*, q.*, case when has_sequence_privilege(q.seqrelid, 'SELECT, USAGE')
                    then pg_sequence_last_value(q.seqrelid)::numeric + q.seqincrement end as value,
                    case when not plain then q.seqmax when atttypid = 'smallint'::regtype then 32767
                      when atttypid = 'integer'::regtype then 2147483647 else q.seqmax end as most
                  from drawn join pg_sequence q on q.seqrelid = drawn.sequence
                )
                select format('%I.%I', n.nspname, c.relname) as name, next.attname,
                  not identity and not has_sequence_privilege(c.oid, 'USAGE, UPDATE') as forbidden,
                  not seqcycle and not value between seqmin and seqmax or value > most and value <= seqmax as ended,
                  c.relpersistence = 'u' as unlogged
                from next join pg_class c on c.oid = next.sequence join pg_namespace n on n.oid = c.relnamespace
                where next.attname <> all(?::text[])
                order by 1
                """, table.oid(), table.oid(), written.toArray(new String[0])))) {
            String name = drawn.get("name", String.class);
            if (is(drawn, "forbidden")) {
                faults.add("sequence \"%s\" of table \"%s\" may not be used: grant usage on sequence %s to %s"
                        .formatted(name, table.name(), name, user));
            }
            if (is(drawn, "ended")) {
                faults.add(
                        ("sequence \"%s\" has no value left for column \"%s\" of table \"%s\": widen column and sequence"
                                        + " to bigint")
                                .formatted(name, drawn.get("attname"), table.name()));
            }
            if (is(drawn, "unlogged")) {
                faults.add(("sequence \"%s\" of table \"%s\" is unlogged, and a crash of the server would let it begin"
                                + " again: alter sequence %s set logged")
                        .formatted(name, table.name(), name));
            }
        }
        return faults;
    }

    private static boolean is(Record drawn, String field) {
        return Boolean.TRUE.equals(drawn.get(field, Boolean.class));
    }
}
