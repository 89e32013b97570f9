// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.offsets.RangeOffset;
import org.jspecify.annotations.Nullable;

/**
 * Reads one range page by page. Used by one thread.
 *
 * @param <S> what the stage reads
 */
@FunctionalInterface
public interface Pager<S> {
    /**
     * Reads the next page, waiting out passing errors.
     *
     * @param at where the range stands
     * @param most the most items
     * @param intake takes the items
     */
    Page page(RangeOffset at, int most, Intake<S> intake);

    /**
     * A page that was read.
     *
     * @param at where the range stands before the page's items: where it stood, unless the page shows that what was read
     *     before is not to be trusted
     * @param more whether there may be more after them
     * @param failure why nothing more can be read in this run; null if it can
     */
    record Page(RangeOffset at, boolean more, @Nullable SourceException failure) {
        /** A page after which all may go on. */
        public Page(RangeOffset at, boolean more) {
            this(at, more, null);
        }
    }
}
