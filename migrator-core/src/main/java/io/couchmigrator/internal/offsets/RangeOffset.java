// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.Tallies;
import org.jspecify.annotations.Nullable;

/**
 * How far one range of a stage is. Immutable.
 *
 * @param from the first id of the range; null for the beginning
 * @param before the first id after the range; null for none
 * @param after the last id whose rows are committed; null if none is
 * @param done whether the whole range was read
 * @param tallies what was counted up to there
 */
public record RangeOffset(
        @Nullable SourceId from,
        @Nullable SourceId before,
        @Nullable SourceId after,
        boolean done,
        Tallies tallies) {
    /** Returns a range of which nothing was read. */
    public static RangeOffset of(@Nullable SourceId from, @Nullable SourceId before) {
        return new RangeOffset(from, before, null, false, Tallies.NONE);
    }

    /** Returns the range after a batch up to this id was committed. */
    public RangeOffset advanced(SourceId to, Tallies batch) {
        return new RangeOffset(from, before, to, done, tallies.plus(batch));
    }

    /** Returns the range with all of it read. */
    public RangeOffset finished() {
        return new RangeOffset(from, before, after, true, tallies);
    }
}
