// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a document, or a row of a source table, asks for now, and so the unit that a {@link Writer} gets: all rows that it has, or
 * that it has none any more. Where the target is {@linkplain ShardMap sharded}, that is said of the writer's database alone.
 * Immutable.
 *
 * @param <R> the type of the rows
 */
public sealed interface Change<R> {
    /** Returns the document's id, or the row's primary key. */
    String id();

    /** Returns the document's revision; empty for a row of a table, and where the source told none. */
    String rev();

    /** Returns all rows that it has now, in the transform's order. */
    List<R> rows();

    /**
     * It counts for the stage. That it has no rows is what its transform says; where the target is sharded, it may have some in
     * other databases.
     *
     * @param id the document's id, or the row's primary key
     * @param rev the document's revision
     * @param rows all its rows
     */
    record Present<R>(String id, String rev, List<R> rows) implements Change<R> {
        public Present {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(rev, "rev");
            rows = List.copyOf(rows);
        }
    }

    /**
     * It is gone, or does not count for the stage.
     *
     * @param id the document's id, or the row's primary key
     * @param rev the document's revision, of its deletion if it is deleted
     * @param gone whether it is deleted or purged, or never was there; otherwise it is there, and does not count
     */
    record Absent<R>(String id, String rev, boolean gone) implements Change<R> {
        public Absent {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(rev, "rev");
        }

        @Override
        public List<R> rows() {
            return List.of();
        }
    }

    /** Returns the rows of changes, one after the other. */
    static <R> List<R> rows(List<? extends Change<R>> changes) {
        List<R> rows = new ArrayList<>(changes.size());
        changes.forEach(change -> rows.addAll(change.rows()));
        return rows;
    }
}
