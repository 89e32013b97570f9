// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.Change;
import io.couchmigrator.Destination;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.Upsert;
import io.couchmigrator.Writer;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.postgres.Ownership.Claimed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The door from what describes where rows go, an {@link Upsert}, an {@link OwnedTable} or a {@link Writer}, to what carries it out. */
public final class Upserts {
    private Upserts() {}

    /** Returns what is wrong with where rows go; empty if nothing is. */
    public static List<Fault> faults(Connection connection, Destination<?> destination) throws SQLException {
        if (destination instanceof Upsert<?> upsert) {
            return TargetChecks.upsert(connection, upsert, false);
        }
        return destination instanceof OwnedTable<?> owned
                ? OwnedChecks.faults(connection, owned)
                : ((Writer<?>) destination)
                        .faults(connection).stream().map(Fault::of).toList();
    }

    /**
     * Returns what keeps a verification from reading what rows go there, though a run need not; empty if nothing does. What a writer
     * of the caller's needs to compare is among its {@link #faults}, and a table that is owned is read by runs as well.
     */
    public static List<Fault> comparedFaults(Connection connection, Destination<?> destination) throws SQLException {
        return destination instanceof Upsert<?> upsert ? TargetChecks.compared(connection, upsert) : List.of();
    }

    /** Returns what writes rows there for one run: an upsert's writer knows the table as it is now. */
    public static <R> Writer<R> prepared(Connection connection, Destination<R> destination) throws SQLException {
        if (destination instanceof Upsert<R> upsert) {
            return prepared(connection, upsert);
        }
        return destination instanceof OwnedTable<R> owned
                ? prepared(connection, owned, Optional.empty())
                : ((Writer<R>) destination).prepared(connection);
    }

    /**
     * Returns the same, which claims a table that is to be owned.
     *
     * @param told makes a sentence say of which database it is
     * @throws io.couchmigrator.TargetException if the owner is not to have it
     */
    public static <R> Writer<R> claimed(
            Connection connection, Destination<R> destination, Owner owner, UnaryOperator<String> told)
            throws SQLException {
        if (!(destination instanceof OwnedTable<R> owned)) {
            return prepared(connection, destination);
        }
        Claim claim = Claim.of(connection, owned, owner, told);
        return prepared(connection, owned, Optional.of(claim));
    }

    /** Returns what is remembered of a writer's claim to a table; empty if it has none. */
    public static Optional<Claimed> claimed(Writer<?> writer) {
        return writer instanceof PreparedOwned<?> owned ? owned.claimed() : Optional.empty();
    }

    /** Returns the tables that a run creates. */
    public static List<TableName> created(Connection connection, Destination<?> destination) throws SQLException {
        return destination instanceof OwnedTable<?> owned
                ? OwnerTable.beside(connection, owned).created()
                : List.of();
    }

    /** Creates what is not there of a table that is to be owned, and of the one beside it, and returns whether that was anything. */
    public static boolean create(Connection connection, Destination<?> destination) throws SQLException {
        return destination instanceof OwnedTable<?> owned
                && OwnerTable.beside(connection, owned).create(connection);
    }

    /**
     * Makes sure, before anything is written in a transaction, that an owned table is the run's until that ends.
     *
     * @throws io.couchmigrator.BusyException if another run has claimed it
     */
    public static void hold(Connection connection, Writer<?> writer) throws SQLException {
        if (writer instanceof PreparedOwned<?> owned) {
            owned.hold(connection);
        }
    }

    private static <R> PreparedOwned<R> prepared(Connection connection, OwnedTable<R> owned, Optional<Claim> claim)
            throws SQLException {
        return new PreparedOwned<>(
                owned,
                prepared(connection, owned.rows()),
                CopyInsert.into(connection, owned),
                claim,
                PreparedOwned.collides(connection, owned.table()));
    }

    private static <R> PreparedUpsert<R> prepared(Connection connection, Upsert<R> upsert) throws SQLException {
        TableName into = into(connection, upsert);
        TableFacts table = TableFacts.of(connection, into)
                .orElseThrow(() -> new SQLException("table \"%s\" does not exist".formatted(into), "42P01"));
        for (Upsert.Column<R> column : upsert.columns()) {
            if (!table.columns().containsKey(column.name())) {
                throw new SQLException("table \"%s\" has no column \"%s\"".formatted(into, column.name()), "42703");
            }
        }
        return new PreparedUpsert<>(upsert, table);
    }

    /** Returns the names of the columns that it writes. */
    static Set<String> written(Upsert<?> upsert) {
        Set<String> names = new TreeSet<>();
        upsert.columns().forEach(column -> names.add(column.name()));
        upsert.expressions().forEach(expression -> names.add(expression.column()));
        return names;
    }

    /** Returns whether rows of documents that are gone are to go, too. */
    public static boolean deletes(Destination<?> destination) {
        return destination instanceof OwnedTable<?> owned && !owned.keepsDeleted();
    }

    /** Returns whether a writer does nothing for documents that have no rows. That of an upsert only adds. */
    public static boolean onlyAdds(Writer<?> writer) {
        return writer instanceof PreparedUpsert<?>;
    }

    /** Returns whether a writer owns its table, and so deletes the rows of documents that have none any more, and can tell which have. */
    public static boolean owns(Writer<?> writer) {
        return writer instanceof PreparedOwned<?>;
    }

    /** Returns whether a writer lets the row stay of a document that has none any more. */
    public static boolean keeps(Writer<?> writer, Change<?> change) {
        return writer instanceof PreparedOwned<?> owned && owned.keeps(change);
    }

    /** Returns which of some documents have a row where a writer {@linkplain #owns owns} its table. */
    public static Set<String> there(Connection connection, Writer<?> writer, Collection<String> ids)
            throws SQLException {
        return ((PreparedOwned<?>) writer).look().there(connection, ids.toArray(new String[0]));
    }

    /** Returns how many documents within an interval have a row, where a writer owns its table. */
    public static long count(Connection connection, Writer<?> writer, Interval within) throws SQLException {
        return ((PreparedOwned<?>) writer).look().count(connection, within);
    }

    /** Returns the revisions of the rows that documents have, by their ids, where a writer owns a table with a column for them. */
    public static Map<String, String> revisions(Connection connection, Writer<?> writer, Collection<String> ids)
            throws SQLException {
        return ((PreparedOwned<?>) writer).look().revisions(connection, ids.toArray(new String[0]));
    }

    /** Writes changes. */
    public static <R> Written write(Connection connection, Writer<R> writer, List<Change<R>> changes)
            throws SQLException {
        return writer instanceof PreparedOwned<R> owned
                ? owned.change(connection, changes)
                : Written.of(writer.write(connection, changes));
    }

    /** Returns whether triggers may change or remove what a writer wrote, whatever it counts. Those of a caller's writer are not known. */
    public static boolean hasTriggers(Writer<?> writer) {
        return writer instanceof PreparedUpsert<?> upsert
                ? upsert.hasTriggers()
                : writer instanceof PreparedOwned<?> owned && owned.rows().hasTriggers();
    }

    /** Returns which documents still have rows that were to be deleted, where a writer {@linkplain #owns owns} its table; of others none. */
    public static <R> Set<String> kept(Connection connection, Writer<R> writer, List<Change<R>> changes)
            throws SQLException {
        return writer instanceof PreparedOwned<R> owned ? owned.kept(connection, changes) : Set.of();
    }

    /** Returns whether a writer left the transaction as one that a commit commits. That of an upsert does; others are not asked. */
    public static boolean leavesOpen(Connection connection, Writer<?> writer) throws SQLException {
        return ships(writer) || Begun.isStill(connection);
    }

    /** Returns the first ids of documents within an interval that have rows, in order; none where the writer does not own its table. */
    public static List<String> ids(Connection connection, Writer<?> writer, Interval within, int most)
            throws SQLException {
        return writer instanceof PreparedOwned<?> owned ? owned.look().ids(connection, within, most) : List.of();
    }

    /** Returns how rows stand, in their order, as far as the writer would change that. */
    public static <R> List<Standing> standings(Connection connection, Writer<R> writer, List<R> rows)
            throws SQLException {
        return writer instanceof PreparedUpsert<R> upsert
                ? upsert.standings(connection, rows)
                : writer.compare(connection, rows);
    }

    /**
     * Offers a target rows that it has, as if it had not. The writer of an upsert leaves rows that are there alone, and
     * would not show whether the table still takes them.
     */
    public static <R> void offer(Connection connection, Writer<R> writer, List<Change<R>> changes) throws SQLException {
        if (writer instanceof PreparedUpsert<R> upsert) {
            upsert.offer(connection, Change.rows(changes));
        } else if (writer instanceof PreparedOwned<R> owned) {
            owned.rows().offer(connection, Change.rows(changes));
        } else {
            writer.write(connection, changes);
        }
    }

    /** Returns what is worth telling of where rows go, each a sentence: that it is not where it says, or what else writes there. */
    public static List<String> remarks(Connection connection, Destination<?> destination) throws SQLException {
        if (destination instanceof Writer<?>) {
            return List.of();
        }
        List<String> remarks = new ArrayList<>();
        Upsert<?> upsert = destination instanceof OwnedTable<?> owned ? owned.rows() : (Upsert<?>) destination;
        TableName into = into(connection, upsert);
        if (!into.equals(upsert.table())) {
            remarks.add(
                    "\"%s\" is a view: rows are written into \"%s\", and whether a key is there is asked of the view"
                            .formatted(upsert.table(), into));
        }
        List<String> triggers =
                TableFacts.of(connection, into).map(TableFacts::triggers).orElse(List.of());
        if (!triggers.isEmpty()) {
            remarks.add(
                    "table \"%s\" has triggers (%s): what they change or delete of a batch is seen when it is written, but what they do to rows of earlier batches, or add, is seen by verify alone: verify when the run is complete"
                            .formatted(into, String.join(", ", triggers)));
        }
        return remarks;
    }

    private static boolean ships(Writer<?> writer) {
        return writer instanceof PreparedUpsert<?> || writer instanceof PreparedOwned<?>;
    }

    /** Returns the table that rows go into. */
    static TableName into(Connection connection, Upsert<?> upsert) throws SQLException {
        Optional<TableName> behind = upsert.tableBehindView();
        return behind.isPresent() && TableFacts.isView(connection, upsert.table()) ? behind.get() : upsert.table();
    }
}
