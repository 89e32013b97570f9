// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.Result.Audit;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.offsets.RangeOffset;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the pages of one range to their ranks: as many ids must come before a page as came before the last one and were
 * read from it. Where they do not, something came or went below the last page, which is no matter of this range, or within
 * it; then the feed explains it, or the page is read again. The ids of a page must ascend. Used by one thread.
 */
public final class RangeAudit {
    private static final Logger LOG = LoggerFactory.getLogger(RangeAudit.class);

    private final String what;
    private final RangePlan.Source source;
    private final Changes changes;
    private final Tally tally;

    private Ascent ascent;
    private RangeOffset proven;
    private @Nullable RangeOffset readAgain;

    /** What the feed says of what has changed. */
    @FunctionalInterface
    public interface Changes {
        /** Returns whether so many ids between two keys, or behind one for null, may have come or gone since the stage was planned. */
        boolean explain(String from, @Nullable String before, long ids);
    }

    /** Counts what the audit of a run sees. Safe for use by multiple threads. */
    public static final class Tally {
        private final LongAdder pages = new LongAdder();
        private final LongAdder differences = new LongAdder();

        public Audit sum() {
            return new Audit(pages.sum(), differences.sum());
        }
    }

    /**
     * Creates one.
     *
     * @param what what is read, for people
     * @param range where the range stands: if its next page fails the audit, nothing of it is trusted
     */
    public RangeAudit(String what, RangeOffset range, RangePlan.Source source, Changes changes, Tally tally) {
        this.what = what;
        this.ascent = new Ascent(range);
        this.proven = range.begun();
        this.source = source;
        this.changes = changes;
        this.tally = tally;
    }

    /**
     * Where a range stands now that a page was held to its rank.
     *
     * @param at where the page begins, counted from what is so now; where it is read again, a place that is proven
     * @param again whether to read again from there, without what the page brought
     * @param failure why nothing more can be read, though the next run may from there; null if more can
     */
    public record Ruling(
            RangeOffset at, boolean again, @Nullable SourceException failure) {
        private static Ruling passed(RangeOffset at) {
            return new Ruling(at, false, null);
        }
    }

    /**
     * An id that does not go on from what comes before it.
     *
     * @param last the id before it on its page, or the key at which that was to begin
     * @param begun whether there is an id before it
     */
    public record Descent(String last, boolean begun) {}

    /** Begins a page that is asked for where the range stands. */
    public void begin(RangeOffset at) {
        ascent = new Ascent(at);
    }

    /** Holds the next id of the page to the order; empty if it goes on from what comes before it. */
    public Optional<Descent> descent(String id) {
        return ascent.goesOnTo(id) ? Optional.empty() : Optional.of(new Descent(ascent.last(), ascent.isBegun()));
    }

    /**
     * Holds a page that has ids to its rank, and with it the page before.
     *
     * @param at where the range stood when the page was asked for
     * @param offset how many ids the server says come before it
     */
    public Ruling page(RangeOffset at, long offset) {
        tally.pages.increment();
        if (offset != at.rank().orElseThrow()) {
            tally.differences.increment();
            long read = at.tallies().read() - proven.tallies().read();
            if (!isWhole(RangePlan.next(proven), RangePlan.next(at), read)
                    && !explained(RangePlan.next(proven), RangePlan.next(at), read)) {
                return again(RangePlan.next(at), read);
            }
        }
        if (readAgain != null && at.tallies().read() > readAgain.tallies().read()) {
            readAgain = null;
        }
        proven = at;
        return Ruling.passed(at.ranked(offset));
    }

    /**
     * Returns whether a page is the last one that there is, by what it says itself: what is asked later may be so only since
     * others came or went.
     *
     * @param at where the range stands before its ids
     * @param total how many ids the server says there are
     */
    public boolean isLast(RangeOffset at, long ids, long total) {
        return at.before() == null && at.rank().orElseThrow() + ids == total;
    }

    /**
     * Holds an empty page, and with it the page before, to the ids that are counted up to the range's end: it is the end if there
     * are none behind it, or those may have come or gone since.
     */
    public Ruling empty(RangeOffset at) {
        String end = RangePlan.before(at);
        if (source.of(end) == at.rank().orElseThrow()) {
            tally.pages.increment();
            return Ruling.passed(at);
        }
        // What the page itself tells may be the rank of its end: there is no first row to count from.
        Ruling before = page(at, source.of(RangePlan.next(at)));
        if (before.again() || isWhole(RangePlan.next(at), end, 0)) {
            return before;
        }
        tally.differences.increment();
        return explained(RangePlan.next(at), end, 0) ? before : again(end, 0);
    }

    /** Returns how many ids the server counts, as of now, in what is left of a range; 0 if it tells no ranks. */
    public long left(RangeOffset at) {
        return at.rank().isPresent() ? source.between(RangePlan.next(at), RangePlan.before(at)) : 0;
    }

    private boolean isWhole(String from, @Nullable String before, long read) {
        return source.between(from, before) == read;
    }

    private boolean explained(String from, @Nullable String before, long read) {
        return changes.explain(from, before, Math.abs(source.between(from, before) - read));
    }

    /** Sets the range back; the second time nothing more is read, so that the next run does there. */
    private Ruling again(@Nullable String end, long read) {
        String seen = "%s documents from %s to before %s, where it counts %s and tells of no change"
                .formatted(
                        read, named(RangePlan.next(proven)), named(end), source.between(RangePlan.next(proven), end));
        if (readAgain != null) {
            return new Ruling(
                    proven,
                    true,
                    new SourceException(
                            "could not read %s: the server twice sent %s: it hides or repeats documents there: look at its log and its shards, and try again"
                                    .formatted(what, seen)));
        }
        LOG.warn("{}: the server sent {}: reading them again", what, seen);
        readAgain = proven;
        return new Ruling(proven, true, null);
    }

    private static String named(@Nullable String key) {
        if (key == null) {
            return "the end";
        }
        return key.isEmpty() ? "the beginning" : "\"" + key.replace("\0", "") + "\"";
    }
}
