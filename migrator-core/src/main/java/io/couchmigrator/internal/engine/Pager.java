// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.internal.offsets.SourceId;
import org.jspecify.annotations.Nullable;

/**
 * Reads one range page by page. Used by one thread.
 *
 * @param <S> what the stage reads
 */
@FunctionalInterface
interface Pager<S> {
    /**
     * Reads the next page, waiting out passing errors.
     *
     * @param position where the last committed item is, asked for anew at each attempt
     * @param limit the most items
     * @return whether there may be more
     */
    boolean page(Position position, int limit, Intake<S> intake);

    /** Where a range stands. */
    @FunctionalInterface
    interface Position {
        /** Returns the id after which to go on; null for the range's beginning. */
        @Nullable
        SourceId after();
    }
}
