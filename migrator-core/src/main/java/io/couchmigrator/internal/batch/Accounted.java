// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.TableName;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.batch.GuardedWriter.WriterException;
import io.couchmigrator.internal.postgres.Begun;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * Writes rows and accounts for each: it was written, or is seen to be there. A trigger or a rule may drop a row without any
 * error; where a table has triggers, no count tells how its rows are in the end, and all are looked at. Where a writer cannot
 * compare rows, those that it did not write are taken for there. Safe for use by multiple threads, each with a connection of its own.
 *
 * @param <R> the type of the rows
 */
final class Accounted<R> {
    private final GuardedWriter<R> writer;
    private final Trust trust;

    Accounted(GuardedWriter<R> writer, Trust trust) {
        this.writer = writer;
        this.trust = trust;
    }

    /**
     * Writes rows in the transaction that is open. Documents of which some are missing then are written once more.
     *
     * @return how many were inserted or changed; the others are there; and how many were deleted
     * @throws DroppedException if some are neither; the transaction is to be rolled back
     * @throws IllegalStateException if a commit would not commit what the writer wrote
     */
    Written write(Connection connection, List<Change<R>> changes) throws SQLException {
        Optional<Written> written;
        try {
            written = open(connection, changes);
        } catch (SQLException e) {
            if (!Begun.isAborted(e)) {
                throw e;
            }
            throw new IllegalStateException(
                    broken() + "; the error was " + SqlFault.of(e).withoutValues(), SqlFault.withoutValues(e));
        }
        return written.orElseThrow(() -> new IllegalStateException(broken()));
    }

    /** Returns what was written; empty if the transaction is not the one that was begun. */
    private Optional<Written> open(Connection connection, List<Change<R>> changes) throws SQLException {
        try {
            Written written = account(connection, changes);
            return writer.leavesOpen(connection) ? Optional.of(written) : Optional.empty();
        } catch (DroppedException | WriterException e) {
            if (writer.leavesOpen(connection)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private String broken() {
        return "the writer of stage \"%s\", %s, committed or rolled back the transaction, or went on after an error in it: expected neither: mend it, let it set a savepoint before what may fail, and run again"
                .formatted(writer.stage(), writer.name());
    }

    private Written account(Connection connection, List<Change<R>> changes) throws SQLException {
        Written written = counted(connection, changes);
        if (writer.hasTriggers()) {
            Set<Integer> altered = altered(connection, changes);
            if (!altered.isEmpty()) {
                throw new DroppedException(altered);
            }
        }
        return written;
    }

    /** Believes what the writer counts, and looks for what is left. */
    private Written counted(Connection connection, List<Change<R>> changes) throws SQLException {
        List<R> rows = Change.rows(changes);
        Written done = writer.write(connection, changes);
        Set<Integer> dropped = kept(changes, done.kept());
        int written = done.rows();
        if (written == rows.size() && dropped.isEmpty()) {
            return done;
        }
        if (!writer.isComparable()) {
            trust.counted(written, rows.size());
            return done;
        }
        List<Standing> standings = writer.standings(connection, rows);
        written += missing(connection, owners(changes, standings, Accounted::missing), dropped);
        different(connection, owners(changes, standings, Accounted::different), dropped);
        if (!dropped.isEmpty()) {
            throw new DroppedException(dropped);
        }
        return new Written(Math.min(rows.size(), written), done.deleted(), Set.of());
    }

    /**
     * Returns the places of documents whose rows are not as they should be once all is done. Of rows with one key, of whichever
     * documents, one is written.
     */
    private Set<Integer> altered(Connection connection, List<Change<R>> changes) throws SQLException {
        List<Standing> standings = writer.standings(connection, Change.rows(changes));
        Set<String> same = new HashSet<>(keys(standings, State.SAME));
        Set<Integer> altered = kept(changes, writer.kept(connection, changes));
        owners(changes, standings, its -> (int) its.stream()
                        .filter(standing -> !same.contains(standing.key()))
                        .count())
                .forEach(owner -> altered.add(owner.place()));
        return altered;
    }

    /** Returns the places of documents whose rows stay although they have none any more. */
    private static Set<Integer> kept(List<? extends Change<?>> changes, Set<String> kept) {
        Set<Integer> places = new TreeSet<>();
        for (int place = 0; place < changes.size() && !kept.isEmpty(); place++) {
            if (kept.contains(changes.get(place).id())) {
                places.add(place);
            }
        }
        return places;
    }

    /** Offers rows that were accepted before, to see whether they still are; counts nothing. */
    boolean offer(Connection connection, List<Change<R>> changes) throws SQLException {
        return writer.offer(connection, changes);
    }

    /** Attempts to write without rows. */
    Written writeNothing(Connection connection) throws SQLException {
        return writer.write(connection, List.of());
    }

    /** Returns whether documents without rows are of no interest. */
    boolean onlyAdds() {
        return writer.onlyAdds();
    }

    /** Returns the tables that are written; they may be unknown. */
    Set<TableName> tables() {
        return writer.tables();
    }

    /**
     * A document that has rows which stand as they should not.
     *
     * @param place its place among those that were written at once
     * @param change all of it: a writer may take the rows of a change for all there are
     * @param rows how many of them stand so
     */
    private record Owner<R>(int place, Change<R> change, int rows) {}

    private static <R> List<Owner<R>> owners(
            List<Change<R>> changes, List<Standing> standings, ToIntFunction<List<Standing>> count) {
        List<Owner<R>> owners = new ArrayList<>();
        int first = 0;
        for (int place = 0; place < changes.size(); place++) {
            Change<R> change = changes.get(place);
            int end = first + change.rows().size();
            int rows = count.applyAsInt(standings.subList(first, end));
            if (rows > 0) {
                owners.add(new Owner<>(place, change, rows));
            }
            first = end;
        }
        return owners;
    }

    private static int missing(List<Standing> standings) {
        return keys(standings, State.MISSING).size();
    }

    /** Of rows with one key one is written: the others are not to be there. */
    private static int different(List<Standing> standings) {
        Set<String> different = new HashSet<>(keys(standings, State.DIFFERENT));
        different.removeAll(new HashSet<>(keys(standings, State.SAME)));
        return different.size();
    }

    private static List<String> keys(List<Standing> standings, State state) {
        return standings.stream()
                .filter(standing -> standing.state() == state)
                .map(Standing::key)
                .toList();
    }

    private static <R> List<Change<R>> changes(List<Owner<R>> owners) {
        return owners.stream().map(Owner::change).toList();
    }

    private static int rows(List<? extends Owner<?>> owners) {
        return owners.stream().mapToInt(Owner::rows).sum();
    }

    /**
     * Writes documents once more of which rows are not there, which somebody else may have just deleted, and finds those of which
     * some are not there then either: that the writer counts them tells nothing of whether they stay.
     *
     * @return how many of the rows that were not there were written
     */
    private int missing(Connection connection, List<Owner<R>> owners, Set<Integer> dropped) throws SQLException {
        if (owners.isEmpty()) {
            return 0;
        }
        List<Change<R>> changes = changes(owners);
        int written = writer.write(connection, changes).rows();
        List<Standing> standings = writer.standings(connection, Change.rows(changes));
        owners(changes, standings, Accounted::missing)
                .forEach(still -> dropped.add(owners.get(still.place()).place()));
        return Math.min(written, rows(owners));
    }

    /**
     * Finds documents with rows of other values that writing them again does not change either. Others were written, and a trigger
     * changes their values, or somebody else has just changed them.
     */
    private void different(Connection connection, List<Owner<R>> owners, Set<Integer> dropped) throws SQLException {
        if (owners.isEmpty()) {
            return;
        }
        int again = again(connection, changes(owners));
        if (again >= rows(owners)) {
            return;
        }
        if (again == 0 || owners.size() == 1) {
            owners.forEach(owner -> dropped.add(owner.place()));
        } else {
            int half = owners.size() / 2;
            different(connection, owners.subList(0, half), dropped);
            different(connection, owners.subList(half, owners.size()), dropped);
        }
    }

    /** Returns how many rows would be written again, and leaves no trace of it. */
    private int again(Connection connection, List<Change<R>> changes) throws SQLException {
        Savepoint before = connection.setSavepoint();
        int written = writer.write(connection, changes).rows();
        connection.rollback(before);
        connection.releaseSavepoint(before);
        return written;
    }
}
