// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Standing.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
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
public final class Accounted<R> {
    private final String stage;
    private final GuardedWriter<R> writer;
    private final Trust trust;

    public Accounted(String stage, GuardedWriter<R> writer, Trust trust) {
        this.stage = stage;
        this.writer = writer;
        this.trust = trust;
    }

    /**
     * Writes rows in the transaction that is open. Those that are missing then are written once more.
     *
     * @return how many were inserted or changed; the others are there
     * @throws DroppedException if some are neither; the transaction is to be rolled back
     */
    int write(Connection connection, List<R> rows) throws SQLException {
        int written = counted(writer.write(connection, rows), rows);
        if (written == rows.size()) {
            return written;
        }
        if (!writer.isComparable()) {
            trust.counted(written, rows.size());
            return written;
        }
        List<State> states = states(connection, rows);
        Set<Integer> dropped = new TreeSet<>();
        written += missing(connection, rows, places(states, State.MISSING), dropped);
        different(connection, rows, places(states, State.DIFFERENT), dropped);
        if (!dropped.isEmpty()) {
            throw new DroppedException(dropped);
        }
        return Math.min(rows.size(), written);
    }

    /** Offers rows that were accepted before, to see whether they still are; counts nothing. */
    boolean offer(Connection connection, List<R> rows) throws SQLException {
        return writer.offer(connection, rows);
    }

    /** Attempts to write without rows. */
    int writeNothing(Connection connection) throws SQLException {
        return writer.write(connection, List.of());
    }

    /** Returns the tables that are written; they may be unknown. */
    Set<String> tables() {
        return writer.tables();
    }

    private int counted(int written, List<R> rows) {
        if (written < 0 || written > rows.size()) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\", %s, says that it wrote %s rows: expected 0 to %s"
                            .formatted(stage, writer.name(), written, rows.size()));
        }
        return written;
    }

    private List<State> states(Connection connection, List<R> rows) throws SQLException {
        List<State> states = writer.states(connection, rows);
        if (states.size() != rows.size()) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\", %s, compared %s rows: expected one result for each of %s"
                            .formatted(stage, writer.name(), states.size(), rows.size()));
        }
        return states;
    }

    /** Returns the places of the rows that stand so. */
    private static List<Integer> places(List<State> states, State state) {
        return IntStream.range(0, states.size())
                .filter(row -> states.get(row) == state)
                .boxed()
                .toList();
    }

    private static <R> List<R> at(List<Integer> places, List<R> rows) {
        return places.stream().map(rows::get).toList();
    }

    /**
     * Writes once more what is not there, which somebody else may have just deleted, and finds what is not there then either:
     * that the writer counts it tells nothing of whether it stays.
     *
     * @return how many were written
     */
    private int missing(Connection connection, List<R> rows, List<Integer> missing, Set<Integer> dropped)
            throws SQLException {
        if (missing.isEmpty()) {
            return 0;
        }
        List<R> again = at(missing, rows);
        int written = counted(writer.write(connection, again), again);
        for (int still : places(states(connection, again), State.MISSING)) {
            dropped.add(missing.get(still));
        }
        return written;
    }

    /**
     * Finds those of other values that writing them again does not change either. Others were written, and a trigger changes
     * their values, or somebody else has just changed them.
     */
    private void different(Connection connection, List<R> rows, List<Integer> different, Set<Integer> dropped)
            throws SQLException {
        if (different.isEmpty()) {
            return;
        }
        int again = again(connection, at(different, rows));
        if (again == 0) {
            dropped.addAll(different);
        } else if (again < different.size()) {
            int half = different.size() / 2;
            different(connection, rows, different.subList(0, half), dropped);
            different(connection, rows, different.subList(half, different.size()), dropped);
        }
    }

    /** Returns how many would be written again, and leaves no trace of it. */
    private int again(Connection connection, List<R> rows) throws SQLException {
        Savepoint before = connection.setSavepoint();
        int written = writer.write(connection, rows);
        connection.rollback(before);
        connection.releaseSavepoint(before);
        return written;
    }
}
