// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.offsets.SourceId;
import java.util.List;
import java.util.function.Supplier;

/**
 * An item whose rows are ready to be written.
 *
 * @param <R> the type of the rows
 * @param id the item
 * @param rev its revision; empty for source rows
 * @param docType what the migration log calls its type, should it have to; empty if it has none
 * @param rows its rows
 * @param entries what it adds to the migration log once they are committed
 */
public record Ready<R>(SourceId id, String rev, Supplier<String> docType, List<R> rows, List<OddEntry> entries) {
    /** Returns the same item with some of its rows. */
    Ready<R> with(List<R> some) {
        return new Ready<>(id, rev, docType, some, entries);
    }
}
