// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Record;

/**
 * Whether the server tells the same keys apart as the program does: those whose characters differ. Where it takes two for
 * one, the row of the second would be taken for one that is already there.
 */
final class KeyColumn {
    private KeyColumn() {}

    /** Returns what is wrong with a column of the table and with the unique indexes that it alone has. */
    static List<String> faults(Connection connection, TableFacts table, String column) throws SQLException {
        List<String> faults = new ArrayList<>();
        for (Record unequal : Jooq.with(connection, jooq -> jooq.fetch("""
                        with recursive types as (
                          select a.attnum, a.attcollation, t.oid, t.typbasetype
                          from pg_attribute a join pg_type t on t.oid = a.atttypid
                          where a.attrelid = ?::oid and a.attname = ?
                          union all
                          select types.attnum, types.attcollation, t.oid, t.typbasetype
                          from types join pg_type t on t.oid = types.typbasetype
                        ), key as (select * from types where typbasetype = 0)
                        select null as index, 'is of type ' || format_type(key.oid, null) as is
                        from key where key.oid not in ('text'::regtype, 'varchar'::regtype)
                        union all
                        select null, 'has the non-deterministic collation ' || quote_ident(c.collname)
                        from key join pg_collation c on c.oid = key.attcollation and not c.collisdeterministic
                        union all
                        select i.indexrelid::regclass::text,
                          case when c.collisdeterministic then 'has the operator class ' || o.opcname
                            else 'has the non-deterministic collation ' || quote_ident(c.collname) end
                        from key
                        join pg_index i on i.indrelid = ?::oid and i.indkey[0] = key.attnum
                        join pg_opclass o on o.oid = i.indclass[0]
                        join pg_opfamily f on f.oid = o.opcfamily
                        join pg_collation c on c.oid = i.indcollation[0]
                        where key.oid in ('text'::regtype, 'varchar'::regtype)
                          and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indnkeyatts = 1
                          and not (c.collisdeterministic and f.opfnamespace = 'pg_catalog'::regnamespace
                            and f.opfname in ('text_ops', 'text_pattern_ops'))
                        """, table.oid(), column, table.oid()))) {
            String index = unequal.get("index", String.class);
            String of = index == null ? "" : "the unique index %s of ".formatted(index);
            faults.add(
                    ("%skey column \"%s\" of table \"%s\" %s, by which PostgreSQL takes for one key what differs to the"
                                    + " program, and rows would be lost: expected text or varchar, compared character by character"
                                    + " (such as collate \"C\"): alter the %s")
                            .formatted(
                                    of,
                                    column,
                                    table.name(),
                                    unequal.get("is", String.class),
                                    index == null ? "column" : "index"));
        }
        return faults;
    }
}
