// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.OwnedTable;
import io.couchmigrator.Upsert;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.impl.DSL;

/** Looks whether a table can be owned: created, or such as a run would create it. Each fault is a sentence. */
final class OwnedChecks {
    private OwnedChecks() {}

    /** Returns what is wrong with a table that is to be owned, and with the one beside it; what is not there is created. */
    static List<Fault> faults(Connection connection, OwnedTable<?> owned) throws SQLException {
        List<Fault> faults = new ArrayList<>();
        encodingFault(connection).map(Fault::new).ifPresent(faults::add);
        OwnerTable owners = OwnerTable.beside(connection, owned);
        creationFault(connection, owners).ifPresent(faults::add);
        Optional<TableFacts> there = TableFacts.of(connection, owned.table());
        if (there.isPresent()) {
            Optional<String> kind = kindFault(connection, there.get());
            if (kind.isPresent()) {
                faults.add(new Fault(kind.get()));
            } else {
                faults.addAll(Fault.all(columnFaults(connection, owned, there.get())));
                faults.addAll(Fault.all(foreignKeyFaults(connection, there.get())));
                faults.addAll(TargetChecks.upsert(connection, owned.rows(), true));
            }
        }
        if (owners.isOwnerThere()) {
            faults.addAll(Fault.all(ownerFaults(connection, owners)));
            // To be locked as a whole it needs a right to the whole of it: as that to delete, which columns do not
            // have.
            faults.addAll(TargetChecks.upsert(connection, owners.rows(), true));
            faults.addAll(TargetChecks.written(connection, Set.of(owners.name())));
        }
        return List.copyOf(new LinkedHashSet<>(faults));
    }

    /** Returns which columns of the table beside it are others than a run would have created: of other types, or such that may be null. */
    private static List<String> ownerFaults(Connection connection, OwnerTable owners) throws SQLException {
        Map<String, ColumnFacts> there = TableFacts.of(connection, owners.name())
                .map(TableFacts::columns)
                .orElse(Map.of());
        List<String> faults = new ArrayList<>();
        for (Upsert.Column<?> column : owners.rows().columns()) {
            String type =
                    switch (column.kind()) {
                        case TEXT -> "text";
                        case INTEGER -> "bigint";
                        case ANY -> "boolean";
                    };
            ColumnFacts its = there.get(column.name());
            String alter =
                    "alter table %s alter column %s".formatted(owners.sql(), Jooq.sql(DSL.quotedName(column.name())));
            if (its != null && !its.type().equals(type)) {
                faults.add("column \"%s\" of table \"%s\" has type %s: expected %s: %s type %s"
                        .formatted(column.name(), owners.name(), its.type(), type, alter, type));
            }
            if (its != null && !its.notNull()) {
                faults.add(
                        "column \"%s\" of table \"%s\" may be null: expected not null, since what is not said of a table is nothing to go by: delete the rows in which it is null, have their tables adopted, and %s set not null"
                                .formatted(column.name(), owners.name(), alter));
            }
        }
        return faults;
    }

    private static Optional<Fault> creationFault(Connection connection, OwnerTable owners) throws SQLException {
        Record user = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle("select quote_ident(current_user), current_setting('search_path')"));
        return owners.fault(user.get(0, String.class), user.get(1, String.class));
    }

    /** Returns why it has no rows that could be anybody's: it is a view, or whatever else is no table. */
    private static Optional<String> kindFault(Connection connection, TableFacts table) throws SQLException {
        String kind =
                Jooq.with(connection, jooq -> jooq.resultQuery("""
                        select case relkind when 'v' then 'a view' when 'm' then 'a materialized view'
                          when 'f' then 'a foreign table' when 'S' then 'a sequence' else 'a table' end
                        from pg_class where oid = ?::oid
                        """, table.oid()).fetchSingleInto(String.class));
        if (kind.equals("a table")) {
            return TableFacts.hasHeirs(connection, table)
                    ? Optional.of(
                            "table \"%s\" has rows of tables that inherit from it, and would delete theirs: expected one without such tables: name another table"
                                    .formatted(table.name()))
                    : Optional.empty();
        }
        return Optional.of("\"%s\" is %s: expected a table, whose rows are to be owned: name another one"
                .formatted(table.name(), kind));
    }

    /** Returns why the database cannot hold all texts that documents have. */
    private static Optional<String> encodingFault(Connection connection) throws SQLException {
        Record database = Jooq.with(
                connection,
                jooq -> jooq.fetchSingle("select quote_ident(current_database()), current_setting('server_encoding')"));
        String encoding = database.get(1, String.class);
        return "UTF8".equals(encoding)
                ? Optional.empty()
                : Optional.of(
                        "database %s is encoded in %s, which has not all characters of documents: expected UTF8: create a database with encoding 'UTF8' template template0, and name that"
                                .formatted(database.get(0), encoding));
    }

    /** Returns which of its columns are of another type, and whether its ids are in another order, or may be null. */
    private static List<String> columnFaults(Connection connection, OwnedTable<?> owned, TableFacts table)
            throws SQLException {
        List<String> faults = new ArrayList<>();
        for (OwnedTable.Column column : owned.columns()) {
            ColumnFacts there = table.columns().get(column.name());
            String type = Jooq.with(
                    connection, jooq -> jooq.resultQuery("select format_type(to_regtype(?)::oid, null)", column.type())
                            .fetchSingleInto(String.class));
            if (there != null && !there.type().equals(type)) {
                faults.add(
                        "column \"%s\" of table \"%s\" has type %s: expected %s: name another table, or alter the column"
                                .formatted(column.name(), table.name(), there.type(), type));
            }
        }
        String id = owned.columns().get(0).name();
        collationFault(connection, id, table).ifPresent(faults::add);
        nullFault(id, table).ifPresent(faults::add);
        return faults;
    }

    /** Returns which foreign keys would make a change of one row a change of others, which are somebody else's. */
    private static List<String> foreignKeyFaults(Connection connection, TableFacts table) throws SQLException {
        Result<Record> keys = Jooq.with(connection, jooq -> jooq.fetch("""
                        select quote_ident(k.conname), k.conrelid::regclass::text from pg_constraint k
                        where k.contype = 'f' and k.confrelid = ?::oid and (k.confdeltype not in ('a', 'r') or k.confupdtype not in ('a', 'r'))
                          and not exists (select from pg_constraint whole where whole.oid = k.conparentid and whole.confrelid = k.confrelid)
                        order by 2, 1
                        """, table.oid()));
        return keys.map(key ->
                "foreign key %s of table %s deletes or changes rows there with those of table \"%s\": expected one that refuses instead: alter table %s drop constraint %s and add it with no action, or name another table"
                        .formatted(key.get(0), key.get(1), table.name(), key.get(1), key.get(0)));
    }

    /** A row without an id is in no interval: no run would delete it, and no verification find it. */
    private static Optional<String> nullFault(String id, TableFacts table) {
        ColumnFacts there = table.columns().get(id);
        return there == null || there.notNull()
                ? Optional.empty()
                : Optional.of(
                        "column \"%s\" of table \"%s\" may be null: expected not null, since a row without an id is of no document: alter table %s alter column %s set not null"
                                .formatted(
                                        id,
                                        table.name(),
                                        Jooq.sql(Jooq.table(table.name())),
                                        Jooq.sql(DSL.quotedName(id))));
    }

    /** Of another order than the source's, an interval of its ids would have rows of others. */
    private static Optional<String> collationFault(Connection connection, String id, TableFacts table)
            throws SQLException {
        Result<Record> others = Jooq.with(connection, jooq -> jooq.fetch("""
                        select c.collname::text, quote_ident(a.attname), a.attrelid::regclass::text
                        from pg_attribute a join pg_collation c on c.oid = a.attcollation
                        where a.attrelid = ?::oid and a.attname = ? and c.collname <> 'C'
                        """, table.oid(), id));
        return others.stream()
                .findFirst()
                .map(other ->
                        "column \"%s\" of table \"%s\" has the collation \"%s\": expected \"C\", whose order is CouchDB's: alter table %s alter column %s type text collate \"C\""
                                .formatted(id, table.name(), other.get(0), other.get(2), other.get(1)));
    }
}
