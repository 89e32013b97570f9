// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Standing.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes rows and accounts for each: it was written, or is seen to be there. A trigger or a rule may drop a row without any
 * error. Where a writer cannot compare rows, those that it did not write are taken for there. Safe for use by multiple threads,
 * each with a connection of its own.
 *
 * @param <R> the type of the rows
 */
final class Accounted<R> {
    private final String stage;
    private final GuardedWriter<R> writer;

    Accounted(String stage, GuardedWriter<R> writer) {
        this.stage = stage;
        this.writer = writer;
    }

    /**
     * Writes rows in the transaction that is open.
     *
     * @return how many were inserted or changed; the others are there
     * @throws DroppedException if some are neither; the transaction is to be rolled back
     */
    int write(Connection connection, List<R> rows) throws SQLException {
        int written = counted(writer.write(connection, rows), rows);
        if (written < rows.size()) {
            Set<Integer> dropped = new TreeSet<>();
            find(connection, rows, suspects(connection, rows), dropped);
            if (!dropped.isEmpty()) {
                throw new DroppedException(dropped);
            }
        }
        return written;
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

    /** Returns the places of the rows that are not there as they should be. */
    private List<Integer> suspects(Connection connection, List<R> rows) throws SQLException {
        List<Integer> suspects = new ArrayList<>();
        if (writer.isComparable()) {
            List<State> states = writer.states(connection, rows);
            for (int row = 0; row < rows.size(); row++) {
                // Where a writer returns too few, nothing is known of the others.
                State state = row < states.size() ? states.get(row) : State.SAME;
                if (state == State.MISSING || state == State.DIFFERENT) {
                    suspects.add(row);
                }
            }
        }
        return suspects;
    }

    /**
     * Finds those that writing them again does not write either. Others were written, and a trigger changes their values, or
     * somebody else has just changed or deleted them.
     */
    private void find(Connection connection, List<R> rows, List<Integer> suspects, Set<Integer> dropped)
            throws SQLException {
        if (suspects.isEmpty()) {
            return;
        }
        int again = again(connection, suspects.stream().map(rows::get).toList());
        if (again == 0) {
            dropped.addAll(suspects);
        } else if (again < suspects.size()) {
            int half = suspects.size() / 2;
            find(connection, rows, suspects.subList(0, half), dropped);
            find(connection, rows, suspects.subList(half, suspects.size()), dropped);
        }
    }

    /** Returns how many would be written again, and leaves no trace of it. */
    private int again(Connection connection, List<R> rows) throws SQLException {
        Savepoint before = connection.setSavepoint();
        int written = writer.write(connection, rows);
        connection.rollback(before);
        return written;
    }
}
