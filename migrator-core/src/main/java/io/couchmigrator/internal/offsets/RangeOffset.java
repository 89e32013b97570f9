// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.Tallies;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How far one range of a stage is. Immutable.
 *
 * @param from the first id of the range; null for the beginning
 * @param before the first id after the range; null for none
 * @param after the last id whose rows are committed; null if none is
 * @param rank how many ids come before the next one to read, as the plan and what was read since have it; empty where
 *     the source knows no ranks
 * @param done whether the whole range was read
 * @param tallies what was counted up to there
 */
public record RangeOffset(
        @Nullable SourceId from,
        @Nullable SourceId before,
        @Nullable SourceId after,
        OptionalLong rank,
        boolean done,
        Tallies tallies) {
    /** Returns a range of which nothing was read, in a source that knows no ranks. */
    public static RangeOffset of(@Nullable SourceId from, @Nullable SourceId before) {
        return new RangeOffset(from, before, null, OptionalLong.empty(), false, Tallies.NONE);
    }

    /** Returns a range of which nothing was read, whose beginning has this rank. */
    public static RangeOffset of(@Nullable SourceId from, @Nullable SourceId before, long rank) {
        return of(from, before).ranked(rank);
    }

    /** Returns the range after a batch up to this id was committed. */
    public RangeOffset advanced(SourceId to, Tallies batch) {
        return new RangeOffset(from, before, to, plus(rank, batch.read()), done, tallies.plus(batch));
    }

    /** Returns the range with all of it read. */
    public RangeOffset finished() {
        return new RangeOffset(from, before, after, rank, true, tallies);
    }

    /** Returns the range as one that was read to its end, with what was counted of it. */
    public RangeOffset counted(Tallies all) {
        return new RangeOffset(from, before, after, plus(rank, all.read()), true, tallies.plus(all));
    }

    /** Returns the range with nothing of it read; its rank is a guess where ids have come or gone since. */
    public RangeOffset begun() {
        long first = Math.max(0, rank.orElse(0) - tallies.read());
        OptionalLong guessed = rank.isPresent() ? OptionalLong.of(first) : rank;
        return new RangeOffset(from, before, null, guessed, false, Tallies.NONE);
    }

    /** Returns the ids of which a page tells all that is read from where the range stands up to this id. */
    public Interval upTo(SourceId last) {
        return to(last, true);
    }

    /** Returns the ids of which a page tells all that is the last one of the range. */
    public Interval rest() {
        return to(before, false);
    }

    private Interval to(@Nullable SourceId bound, boolean included) {
        SourceId begin = after == null ? from : after;
        return new Interval(
                begin == null ? "" : begin.text(), after == null, bound == null ? null : bound.text(), included);
    }

    /** Returns the range as if the server had told no ranks. */
    public RangeOffset unranked() {
        return new RangeOffset(from, before, after, OptionalLong.empty(), done, tallies);
    }

    /** Returns the range with this rank of what is to be read next. */
    public RangeOffset ranked(long next) {
        return new RangeOffset(from, before, after, OptionalLong.of(next), done, tallies);
    }

    /**
     * Where a range is cut.
     *
     * @param id where the next range begins
     * @param rank how many ids come before it
     */
    public record Cut(SourceId id, long rank) {}

    /**
     * Returns the ranges that together hold what this one holds. The first of them keeps what was read.
     *
     * @param rank how many ids come before the next one to read
     * @param cuts where the others begin, ascending, after all that was read and before the end
     */
    public List<RangeOffset> cutAt(long rank, List<Cut> cuts) {
        List<RangeOffset> ranges = new ArrayList<>();
        RangeOffset open = ranked(rank);
        for (Cut cut : cuts) {
            ranges.add(new RangeOffset(open.from, cut.id, open.after, open.rank, false, open.tallies));
            open = of(cut.id, before, cut.rank);
        }
        ranges.add(open);
        return ranges;
    }

    private static OptionalLong plus(OptionalLong rank, long rows) {
        return rank.isPresent() ? OptionalLong.of(rank.getAsLong() + rows) : rank;
    }
}
