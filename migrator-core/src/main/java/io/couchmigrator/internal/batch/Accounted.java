// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.TableName;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.Writer.Standing.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Writes rows and accounts for each: it was written, or is seen to be there. A trigger or a rule may drop a row without any
 * error. Where a writer cannot compare rows, those that it did not write are taken for there. Safe for use by multiple threads,
 * each with a connection of its own.
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
     * Writes rows in the transaction that is open. Those that are missing then are written once more.
     *
     * @return how many were inserted or changed; the others are there
     * @throws DroppedException if some are neither; the transaction is to be rolled back
     */
    int write(Connection connection, List<Change<R>> changes) throws SQLException {
        List<R> rows = Change.rows(changes);
        int written = writer.write(connection, changes);
        if (written == rows.size()) {
            return written;
        }
        if (!writer.isComparable()) {
            trust.counted(written, rows.size());
            return written;
        }
        List<Standing> standings = writer.standings(connection, rows);
        Set<Integer> dropped = new TreeSet<>();
        written += missing(connection, changes, places(standings, State.MISSING), dropped);
        different(connection, changes, places(standings, State.DIFFERENT), dropped);
        if (!dropped.isEmpty()) {
            throw new DroppedException(dropped);
        }
        return Math.min(rows.size(), written);
    }

    /** Offers rows that were accepted before, to see whether they still are; counts nothing. */
    boolean offer(Connection connection, List<Change<R>> changes) throws SQLException {
        return writer.offer(connection, changes);
    }

    /** Attempts to write without rows. */
    int writeNothing(Connection connection) throws SQLException {
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

    /** Returns the places of the rows that stand so. */
    private static List<Integer> places(List<Standing> standings, State state) {
        return IntStream.range(0, standings.size())
                .filter(row -> standings.get(row).state() == state)
                .boxed()
                .toList();
    }

    /** Returns changes with the rows alone that are at these places, which ascend. */
    private static <R> List<Change<R>> at(List<Integer> places, List<Change<R>> changes) {
        List<Change<R>> at = new ArrayList<>();
        int first = 0;
        int next = 0;
        for (Change<R> change : changes) {
            List<R> rows = new ArrayList<>();
            int end = first + change.rows().size();
            for (; next < places.size() && places.get(next) < end; next++) {
                rows.add(change.rows().get(places.get(next) - first));
            }
            if (!rows.isEmpty()) {
                at.add(new Change.Present<>(change.id(), change.rev(), rows));
            }
            first = end;
        }
        return at;
    }

    /**
     * Writes once more what is not there, which somebody else may have just deleted, and finds what is not there then either:
     * that the writer counts it tells nothing of whether it stays.
     *
     * @return how many were written
     */
    private int missing(Connection connection, List<Change<R>> changes, List<Integer> missing, Set<Integer> dropped)
            throws SQLException {
        if (missing.isEmpty()) {
            return 0;
        }
        List<Change<R>> again = at(missing, changes);
        int written = writer.write(connection, again);
        for (int still : places(writer.standings(connection, Change.rows(again)), State.MISSING)) {
            dropped.add(missing.get(still));
        }
        return written;
    }

    /**
     * Finds those of other values that writing them again does not change either. Others were written, and a trigger changes
     * their values, or somebody else has just changed them.
     */
    private void different(
            Connection connection, List<Change<R>> changes, List<Integer> different, Set<Integer> dropped)
            throws SQLException {
        if (different.isEmpty()) {
            return;
        }
        int again = again(connection, at(different, changes));
        if (again == 0) {
            dropped.addAll(different);
        } else if (again < different.size()) {
            int half = different.size() / 2;
            different(connection, changes, different.subList(0, half), dropped);
            different(connection, changes, different.subList(half, different.size()), dropped);
        }
    }

    /** Returns how many would be written again, and leaves no trace of it. */
    private int again(Connection connection, List<Change<R>> changes) throws SQLException {
        Savepoint before = connection.setSavepoint();
        int written = writer.write(connection, changes);
        connection.rollback(before);
        connection.releaseSavepoint(before);
        return written;
    }
}
