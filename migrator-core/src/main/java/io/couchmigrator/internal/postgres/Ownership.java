// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.internal.offsets.TableClaims;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.Record;

/**
 * Whose an owned table is, as it stands.
 *
 * @param owned the table
 * @param row what the table beside it says; empty if nothing
 * @param hasRows whether it has rows, as far as the user may look
 */
public record Ownership(OwnedTable<?> owned, Optional<Row> row, boolean hasRows) {
    /**
     * What is said of an owner.
     *
     * @param source its CouchDB database
     * @param epoch when the table was claimed, in milliseconds since 1970; later if it would not have risen then
     * @param oid which table it is said of: another one of its name is not owned
     * @param keepsDeleted whether its rows of documents that are deleted are kept
     * @param claim what tells the run that claimed it last from all others
     */
    public record Row(String migration, String source, long epoch, long oid, boolean keepsDeleted, String claim) {
        static final String COLUMNS = "migration, source, epoch, table_oid, keeps_deleted, claim";

        /** What is null in a table that somebody else made protects: nobody's claim is known, and rows are kept. */
        static Row of(Record row) {
            return new Row(
                    Objects.requireNonNullElse(row.get(0, String.class), ""),
                    Objects.requireNonNullElse(row.get(1, String.class), ""),
                    row.get(2, long.class),
                    row.get(3, long.class),
                    !Boolean.FALSE.equals(row.get(4, Boolean.class)),
                    Objects.requireNonNullElse(row.get(5, String.class), ""));
        }

        /** Returns the row of a table of this name; empty if there is none. */
        static Optional<Row> read(Connection connection, OwnerTable owners, String lock) throws SQLException {
            return Jooq.with(connection, jooq -> {
                Record row = jooq.fetchOne(
                        "select %s from %s where \"table\" = ?%s".formatted(COLUMNS, owners.sql(), lock),
                        owners.owned().table().name());
                return Optional.ofNullable(row).map(Row::of);
            });
        }

        private boolean isOf(TableClaims remembered) {
            return oid == remembered.oid() && remembered.ids().contains(claim);
        }

        /** Returns the owner, for messages. */
        @Override
        public String toString() {
            return Owner.told(migration, source);
        }
    }

    /**
     * A run's claim to an owned table of one database.
     *
     * @param before what was said of the table before; empty if it was nobody's
     * @param now what is said of it by that claim
     */
    public record Claimed(TableName table, Optional<Row> before, Row now) {
        /** Returns what is remembered of it. */
        public TableClaims remembered() {
            return new TableClaims(table.toString(), now.oid(), List.of(now.claim()));
        }

        /** Returns why the table is not as the stage left it that remembers this, a sentence; empty if nobody had it in between. */
        public Optional<String> interruption(TableClaims remembered) {
            if (remembered.oid() != now.oid()) {
                return Optional.of(
                        "its table is another one than before: seen \"%s\" with oid %s, expected \"%s\" with oid %s as the offset file says"
                                .formatted(table, now.oid(), remembered.table(), remembered.oid()));
            }
            if (before.isEmpty()) {
                return Optional.of("nothing said any more whose table \"%s\" is".formatted(table));
            }
            Row its = before.get();
            return remembered.ids().contains(its.claim())
                    ? Optional.empty()
                    : Optional.of(
                            "table \"%s\" was claimed at %s by a run of %s that this log directory knows nothing of: one with another log directory, or with a copy of this"
                                    .formatted(table, Instant.ofEpochMilli(its.epoch()), its));
        }
    }

    /** Returns how a table stands; one that is not there is nobody's. What may not be looked at is told elsewhere. */
    public static Ownership of(Connection connection, OwnedTable<?> owned) throws SQLException {
        OwnerTable owners = OwnerTable.beside(connection, owned);
        boolean ownersAreReadable =
                owners.isOwnerThere() && isReadable(connection, owners, owners.name(), Row.COLUMNS.split(", "));
        boolean hasRows = owners.isThere()
                && (ownersAreReadable || !owners.isOwnerThere())
                && isReadable(
                        connection,
                        owners,
                        owned.table(),
                        owned.columns().get(0).name())
                && isTrue(connection, "select exists (select from %s)".formatted(owners.ownedSql()));
        Optional<Row> row = ownersAreReadable ? Row.read(connection, owners, "") : Optional.empty();
        boolean isOfTable = row.isPresent()
                && isTrue(
                        connection,
                        "select to_regclass(?)::oid::bigint is not distinct from ?::bigint",
                        owners.ownedSql(),
                        row.get().oid());
        return new Ownership(owned, isOfTable ? row : Optional.empty(), hasRows);
    }

    /** What policies hide cannot be asked for, either: that is an error, and no answer. */
    private static boolean isReadable(Connection connection, OwnerTable owners, TableName table, String... columns)
            throws SQLException {
        return isTrue(connection, """
                select count(*) = cardinality(?::text[]) from pg_class c
                join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
                where n.nspname = ? and c.relname = ? and a.attname = any(?::text[]) and not row_security_active(c.oid)
                  and has_schema_privilege(n.oid, 'USAGE') and has_column_privilege(c.oid, a.attnum, 'SELECT')
                """, columns, owners.schema().orElseThrow(), table.name(), columns);
    }

    private static boolean isTrue(Connection connection, String question, Object... bindings) throws SQLException {
        return Jooq.with(
                connection, jooq -> jooq.resultQuery(question, bindings).fetchSingleInto(boolean.class));
    }

    /** Returns whether rows of documents that are deleted have been kept so far, and are to go. */
    public boolean losesKept() {
        return !owned.keepsDeleted() && keeps();
    }

    private boolean keeps() {
        return row.filter(Row::keepsDeleted).isPresent();
    }

    /** Returns why the table is not to be had by this owner, a sentence; empty if it is. */
    public Optional<String> fault(Owner owner) {
        Optional<String> strange = owner.adopts() ? Optional.empty() : strange(owner);
        return owned.deletesKept() ? strange : strange.or(this::lossOfKept);
    }

    /**
     * Returns what is seen of a table that another claim has than is remembered, a sentence; empty if it is that one.
     *
     * @param remembered empty if nothing is
     */
    public Optional<String> loss(Optional<TableClaims> remembered) {
        if (row.isPresent() && remembered.filter(row.get()::isOf).isPresent()) {
            return Optional.empty();
        }
        String seen = row.map(its -> "oid %s and claim %s of %s".formatted(its.oid(), its.claim(), its))
                .orElse("nothing that says whose it is");
        String advice = row.isPresent()
                ? "another run has claimed it since, or that run wrote another table: run again once no other run does, and then verify"
                : "find out who deleted the row that did, let this migration have the table again by run() with adopt(true), and then verify";
        String expected = remembered
                .map(claims -> "table \"%s\" with oid %s and claim %s"
                        .formatted(claims.table(), claims.oid(), String.join(" or ", claims.ids())))
                .orElse("a claim that the offset file remembers");
        return Optional.of("table \"%s\" is not that of the last run of this log directory: seen %s, expected %s: %s"
                .formatted(owned.table(), seen, expected, advice));
    }

    /** Returns why the table is not to be compared with what it is described to hold by this owner, a sentence; empty if it is. */
    public Optional<String> faultOfComparing(Owner owner) {
        return strange(owner).or(this::faultOfComparing);
    }

    private Optional<String> faultOfComparing() {
        boolean none = row.isPresent() && owned.keepsDeleted() && !keeps();
        return none
                ? Optional.of(
                        "table \"%s\" does not keep the rows of documents that are deleted: expected one that does: leave keepsDeleted() out, or let it keep them from now on by run() with that"
                                .formatted(owned.table()))
                : lossOfKept();
    }

    private Optional<String> lossOfKept() {
        return losesKept()
                ? Optional.of(
                        "table \"%s\" keeps the rows of documents that are deleted, which are nowhere else: seen no keepsDeleted(), without which they are deleted: give it, as the last run did, or have them deleted by run() with deletesKept()"
                                .formatted(owned.table()))
                : Optional.empty();
    }

    private Optional<String> strange(Owner owner) {
        if (row.isEmpty()) {
            return hasRows ? Optional.of(nobodys(owner)) : Optional.empty();
        }
        Row its = row.get();
        boolean ofName = its.migration().equals(owner.migration()) && owner.isNamed(its.source());
        boolean unclear = ofName && !owner.tells(its);
        if (ofName && (owner.isOf(its) || owner.acceptsNewSource() || !hasRows)) {
            return Optional.empty();
        }
        String expected = unclear
                ? "the log directory that remembers its claim, since CouchDB does not say when both databases were created, as before 3.3"
                : owner.toString();
        return Optional.of("table \"%s\" is owned by %s: expected %s: name another table, or%s"
                .formatted(
                        owned.table(),
                        its,
                        expected,
                        ofName && !unclear
                                ? " let it go on with this database by run() with acceptNewSource(true)"
                                : ", only if the rows of CouchDB database %s in it may be lost, let this one have it by run() with adopt(true), which deletes them, unless those of deleted documents are kept"
                                        .formatted(its.source())));
    }

    private String nobodys(Owner owner) {
        return "table \"%s\" has rows, and nothing says that they are of %s: expected an empty table, or one of its own: name another table, or, only if the rows in it may be lost, let it have this one by run() with adopt(true), which deletes those that are of none of its documents, unless those of deleted ones are kept"
                .formatted(owned.table(), owner);
    }
}
