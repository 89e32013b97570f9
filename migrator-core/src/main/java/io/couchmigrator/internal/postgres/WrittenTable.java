// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Record;

/** What makes a table unfit to be written, whatever its columns are. Each fault is a sentence. */
final class WrittenTable {
    private WrittenTable() {}

    /** Returns what would be gone with a crash of the server: an unlogged table is emptied, a temporary one dropped. */
    static List<String> lostInACrash(Connection connection, TableFacts table) throws SQLException {
        List<String> faults = new ArrayList<>();
        for (Record part : Jooq.with(connection, jooq -> jooq.fetch("""
                with recursive parts(oid) as (
                  select ?::oid
                  union
                  select below from parts join (
                    select inhparent as above, inhrelid as below from pg_inherits
                    union all
                    select r.ev_class, d.refobjid from pg_rewrite r
                    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                    where d.refclassid = 'pg_class'::regclass
                  ) link on above = parts.oid
                )
                select c.oid::bigint, format('%I.%I', n.nspname, c.relname) as name, c.relpersistence::text as persistence
                from parts join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace
                where c.relkind = 'r' and c.relpersistence <> 'p'
                order by 2
                """, table.oid()))) {
            Long oid = part.get("oid", Long.class);
            String name = part.get("name", String.class);
            String called = oid != null && oid == table.oid()
                    ? "table \"%s\"".formatted(table.name())
                    : "table %s, where rows of table \"%s\" are,".formatted(name, table.name());
            faults.add(
                    "u".equals(part.get("persistence", String.class))
                            ? "%s is unlogged, and a crash of the server would empty it: alter table %s set logged"
                                    .formatted(called, name)
                            : "%s is temporary, and its rows would be gone with the connection: create one that stays"
                                    .formatted(called));
        }
        return faults;
    }
}
