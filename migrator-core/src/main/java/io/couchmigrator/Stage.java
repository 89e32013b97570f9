// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;

/**
 * One step of a {@link Migration}: items of one kind, from one place, that become rows of one type.
 *
 * <p>There are two kinds: {@link DocumentStage} reads a CouchDB database, {@link TableStage} reads a PostgreSQL table
 * by its primary key. Stages are immutable and safe for use by multiple threads, provided that the functions and the
 * writer given to them are: several workers call those at once.
 *
 * @param <S> what is read
 * @param <R> the type of the rows that are written
 */
public sealed interface Stage<S, R> permits DocumentStage, TableStage {
    /** Returns the name that identifies this stage within its migration; offsets and rejects are kept under it. */
    String name();

    /**
     * Returns the version of what this stage means. Its author raises it when rows would come out differently, so that
     * offsets of the former meaning are refused instead of continued.
     */
    int definition();

    /** Returns what an operator reads beside the number of items, such as the types of documents that count. */
    String description();

    /** Returns what is looked up for each batch before it is transformed. */
    List<Lookup.Keys<S>> lookups();

    /** Returns the function from an item to its rows. */
    Transform<S, R> transform();

    /** Returns what becomes of a run where a function of this stage is broken. */
    ErrorRule onTransformError();

    /** Returns where the rows go. */
    Destination<R> destination();
}
