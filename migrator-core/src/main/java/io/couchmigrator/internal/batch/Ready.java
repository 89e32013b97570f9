// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.internal.offsets.SourceId;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a document or source row asks for, ready to be written.
 *
 * @param <R> the type of the rows
 * @param id the item
 * @param change what it asks for
 * @param docType what the migration log calls its type, should it have to; empty if it has none
 * @param entries what it adds to the migration log once its rows are committed
 */
public record Ready<R>(SourceId id, Change<R> change, Supplier<String> docType, List<OddEntry> entries) {
    /** Returns one that counts for the stage. */
    static <R> Ready<R> present(
            SourceId id, String rev, Supplier<String> docType, List<R> rows, List<OddEntry> entries) {
        return new Ready<>(id, new Change.Present<>(id.text(), rev, rows), docType, entries);
    }

    /** Returns one that does not. */
    static <R> Ready<R> absent(SourceId id, String rev) {
        return new Ready<>(id, new Change.Absent<>(id.text(), rev), () -> "", List.of());
    }

    /** Returns whether it counts for the stage. */
    public boolean isPresent() {
        return change instanceof Change.Present;
    }

    /** Returns its revision; empty for source rows. */
    public String rev() {
        return change.rev();
    }

    /** Returns its rows. */
    public List<R> rows() {
        return change.rows();
    }

    /** Returns the same item with some of its rows. */
    Ready<R> with(List<R> some) {
        return present(id, rev(), docType, some, entries);
    }
}
