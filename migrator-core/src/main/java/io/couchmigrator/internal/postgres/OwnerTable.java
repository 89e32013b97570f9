// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.ConflictRule;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException.Lack;
import io.couchmigrator.Upsert;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jooq.Record;
import org.jooq.impl.DSL;

/**
 * The table that says whose an owned table is, one beside each, and how both are created.
 *
 * @param owned the owned table
 * @param schema the schema of both, that in which they would be created where they are not there; empty if there is none
 * @param isThere whether the owned table is there
 * @param isOwnerThere whether the other one is
 * @param isSchemaThere whether the schema is
 * @param mayUse whether the user may use it
 * @param mayCreate whether the user may create tables in it
 */
record OwnerTable(
        OwnedTable<?> owned,
        Optional<String> schema,
        boolean isThere,
        boolean isOwnerThere,
        boolean isSchemaThere,
        boolean mayUse,
        boolean mayCreate) {
    private static final String CREATE = "create table if not exists ";

    private static final String NAME = "couch_migrator_owner";

    /** Two runs that create it at the same moment would meet an error of the catalogue, which nobody expects. */
    private static final String ALONE = "select pg_advisory_xact_lock(hashtext('" + NAME + "'))";

    static OwnerTable beside(Connection connection, OwnedTable<?> owned) throws SQLException {
        Optional<TableFacts> there = TableFacts.of(connection, owned.table());
        return Jooq.with(connection, jooq -> {
            Record found = jooq.fetchSingle(
                    TableFacts.WITH_SEARCH_PATH + """
                    select place.schema, n.oid is not null as schema_there,
                      exists (select from pg_class where relname = ? and relnamespace = n.oid) as owner_there,
                      coalesce(has_schema_privilege(n.oid, 'USAGE'), false) as may_use,
                      coalesce(has_schema_privilege(n.oid, 'CREATE'), false) as may_create
                    from (
                      select coalesce(
                        (select i.nspname::text from pg_class c join pg_namespace i on i.oid = c.relnamespace where c.oid = ?::oid),
                        ?::text, current_schema()::text,
                        (select i.nspname::text from path join pg_namespace i on i.nspname = path.schema order by place limit 1)) as schema
                    ) place left join pg_namespace n on n.nspname = place.schema
                    """,
                    NAME,
                    there.map(TableFacts::oid).orElse(null),
                    owned.table().schema().orElse(null));
            return new OwnerTable(
                    owned,
                    Optional.ofNullable(found.get("schema", String.class)),
                    there.isPresent(),
                    is(found, "owner_there"),
                    is(found, "schema_there"),
                    is(found, "may_use"),
                    is(found, "may_create"));
        });
    }

    private static boolean is(Record found, String field) {
        return Boolean.TRUE.equals(found.get(field, Boolean.class));
    }

    /** Returns its name. */
    TableName name() {
        return TableName.of(schema.orElseThrow(), NAME);
    }

    /** Returns what is written into it, as what it must be fit for. */
    Upsert<Ownership.Row> rows() {
        return Upsert.<Ownership.Row>into(name())
                .key("table", row -> owned.table().name())
                .text("source", Ownership.Row::source)
                .text("migration", Ownership.Row::migration)
                .integer("epoch", Ownership.Row::epoch)
                .integer("table_oid", Ownership.Row::oid)
                .column("keeps_deleted", Ownership.Row::keepsDeleted)
                .text("claim", Ownership.Row::claim)
                .onConflict(ConflictRule.UPDATE)
                .build();
    }

    /** Returns its name as SQL. */
    String sql() {
        return Jooq.sql(Jooq.table(name()));
    }

    /** Returns how both are created, one statement each; those that are there stay as they are. */
    List<String> ddl() {
        OwnedTable.Column id = owned.columns().get(0);
        String columns = owned.columns().stream()
                .map(column -> "%s %s %s"
                        .formatted(
                                Jooq.sql(DSL.quotedName(column.name())),
                                column.type(),
                                column.equals(id) ? "collate \"C\" primary key" : "not null"))
                .collect(Collectors.joining(", "));
        return List.of(
                CREATE + "%s (%s)".formatted(ownedSql(), columns),
                CREATE
                        + "%s (\"table\" text primary key, source text not null, migration text not null, epoch bigint not null, table_oid bigint not null, keeps_deleted boolean not null, claim text not null)"
                                .formatted(sql()));
    }

    /** Returns the owned table's name as SQL, with its schema. */
    String ownedSql() {
        return Jooq.sql(DSL.quotedName(schema.orElseThrow(), owned.table().name()));
    }

    /** Returns the statements that create what is not there. */
    List<String> missing() {
        List<String> statements = new ArrayList<>();
        if (!isThere) {
            statements.add(ddl().get(0));
        }
        if (!isOwnerThere) {
            statements.add(ddl().get(1));
        }
        return statements;
    }

    /** Returns which of both a run creates: what is not there, if the user may. */
    List<TableName> created() {
        List<TableName> created = new ArrayList<>();
        if (mayUse && mayCreate && !isThere) {
            created.add(owned.table());
        }
        if (mayUse && mayCreate && !isOwnerThere) {
            created.add(name());
        }
        return created;
    }

    /** Creates what is not there, and returns whether that was anything. */
    boolean create(Connection connection) throws SQLException {
        List<String> statements = missing();
        if (!statements.isEmpty()) {
            Jooq.with(connection, jooq -> {
                jooq.fetch(ALONE);
                statements.forEach(jooq::execute);
                return statements;
            });
        }
        return !statements.isEmpty();
    }

    /** Returns why what is not there cannot be created; empty if it can, or need not. */
    Optional<Fault> fault(String user, String searchPath) {
        // Of a table that is there the check of that tells that its schema may not be used.
        boolean isUsed = mayUse || isThere;
        if ((isUsed && mayCreate) || (isThere && isOwnerThere)) {
            return Optional.empty();
        }
        String what = isThere
                ? "table \"%s\" has no table \"%s\" beside it, which says whose it is".formatted(owned.table(), NAME)
                : "table \"%s\" does not exist".formatted(owned.table());
        if (schema.isEmpty()) {
            return Optional.of(new Fault(
                    "%s, and no schema of the search path (%s) is there to create it in: name one, or create it"
                            .formatted(what, searchPath)));
        }
        String in = Jooq.sql(DSL.quotedName(schema.get()));
        String otherwise = "%s; grant select, insert, update, delete on %s, %s to %s"
                .formatted(String.join("; ", ddl()), ownedSql(), sql(), user);
        if (!isSchemaThere) {
            return Optional.of(
                    new Fault("%s, and schema %s does not exist: create it by create schema %s, and with it both: %s"
                            .formatted(what, in, in, otherwise)));
        }
        String grant = "grant %s on schema %s to %s".formatted(isUsed ? "create" : "usage, create", in, user);
        String lack = "%s, and user %s may not create tables in schema %s".formatted(what, user, in);
        return Optional.of(new Fault(
                "%s: let it by %s, or let somebody else create both: %s".formatted(lack, grant, otherwise),
                Optional.of(new Lack(lack, grant))));
    }
}
