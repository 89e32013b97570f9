// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.offsets.RangeOffset;

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
     * @param place where the range stands, asked for anew at each attempt
     * @param limit the most items
     * @return whether there may be more
     */
    boolean page(Place place, int limit, Intake<S> intake);

    /** Where a range stands. */
    interface Place {
        /** Returns the range with all that is committed of it. */
        RangeOffset now();

        /** Makes sure, after an outage of the source, that what is there now is what the range belongs to. */
        void recognize();

        /** Goes back to where the range stood before, because what came since is not to be trusted. */
        void rewind(RangeOffset to);
    }
}
