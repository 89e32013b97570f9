// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stores the changes of a batch, where an {@link Upsert} does not say it all.
 *
 * <p>Where the target is {@linkplain ShardMap sharded}, {@link #faults} and {@link #prepared} are called for each of its
 * databases, at once and by several threads, and what {@code prepared} returns is used with that database alone:
 * what was learnt from a catalogue belongs into what is returned. Each gets all changes, with the rows that its database is to
 * have: a document all of whose rows belong in others comes without rows, for it may have had some here.
 *
 * <p>The same changes may come again, after a crash or when a batch is tried once more, so writing must be idempotent.
 * Several workers call {@link #write} at once, each with a connection of its own.
 *
 * @param <R> the type of the rows
 */
@FunctionalInterface
public non-sealed interface Writer<R> extends Destination<R> {
    /**
     * Writes the rows of changes inside the transaction that is open on the connection, which it neither commits nor rolls back
     * nor closes. One that ends it, or goes on after an error in it, ends the run: what may fail needs a savepoint before it.
     * Called without changes, in a transaction that is rolled back, to find out whether an error is the fault of a row.
     * A stage whose rows belong to the application once they are there ignores what is {@linkplain Change.Absent absent}.
     *
     * @param changes of one document each, in the order in which the source told of them
     * @return how many of the rows of these changes were inserted or changed, each once: one that was there as it should be does
     *     not count, nor does what was deleted, either of which could hide a row that a trigger drops. Fewer than none, or more
     *     than there are rows, end the run with an {@link IllegalStateException}. The others count as already there if
     *     {@link #compare} tells so, and, with a warning, if the writer cannot compare; documents of which it tells that rows are
     *     missing or different come once more, with all their rows
     */
    int write(Connection connection, List<Change<R>> changes) throws SQLException;

    /**
     * Returns what is wrong with the target; empty if nothing is. A run tells of each its message
     * and what is {@linkplain TargetException#lacking lacking}, which a check has among its {@linkplain CheckReport#grants
     * grants}: what {@link #compare} needs, too. Called before the first document of any stage is read, by one thread, or where the
     * target is {@linkplain ShardMap sharded} by one for each database at once. By default nothing is checked.
     */
    default List<TargetException> faults(Connection connection) throws SQLException {
        return List.of();
    }

    /**
     * Returns the writer for one run, which may have learnt from the target's catalogue. Called before the stage is written, by
     * the same threads as {@link #faults}. The default is this one.
     */
    default Writer<R> prepared(Connection connection) throws SQLException {
        return this;
    }

    /**
     * Refuses a row that the target could not store, before it is sent. Called on a {@linkplain #prepared prepared} writer, by
     * several workers at once. By default every row passes.
     *
     * @throws RejectException if it cannot be stored
     */
    default void check(R row) {}

    /** {@inheritDoc} By default it does not know. */
    @Override
    default Optional<Router<R>> router() {
        return Optional.empty();
    }

    /** {@inheritDoc} By default none is named. */
    @Override
    default Set<TableName> tables() {
        return Set.of();
    }

    /** {@inheritDoc} By default {@link #compare} cannot be called, and what {@link #write} counts is believed. */
    @Override
    default boolean isComparable() {
        return false;
    }

    /**
     * Compares rows with those in the target, and changes nothing. Called on a {@linkplain #prepared prepared} writer, by
     * several workers at once, each with a connection of its own. In a database of a {@linkplain ShardMap sharded} target
     * also called with rows that belong in others, to find those that are there all the same; and so in the main database,
     * where that holds no shards, has all {@linkplain #tables tables} and shows no {@linkplain #faults faults}.
     *
     * @return how each row stands, in the order of the rows
     */
    default List<Standing> compare(Connection connection, List<R> rows) throws SQLException {
        throw new UnsupportedOperationException("%s cannot compare rows: expected a writer that is comparable"
                .formatted(getClass().getName()));
    }

    /**
     * How a row that should be in the target stands there. Immutable.
     *
     * @param state how it stands
     * @param key the row's key, as text: of a document's rows with one key only one is to be there, so that a writer of several
     *     tables names the table in it
     * @param columns the columns whose values differ; empty unless it stands there with other values
     */
    record Standing(State state, String key, List<String> columns) {
        public Standing {
            columns = List.copyOf(columns);
        }

        /** How a row stands. */
        public enum State {
            /** It is there as it should be. */
            SAME,
            /** It is there with other values, and is to be left as it is. */
            LEFT_ALONE,
            /** It is there with other values, which is a fault. */
            DIFFERENT,
            /** It is not there. */
            MISSING
        }
    }
}
