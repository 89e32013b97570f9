// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.offsets.RangeOffset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the pages of one range to their ranks: as many ids must come before a page as came before the last one and were
 * read from it. Where they do not, something came or went below the last page, which is no matter of this range, or within
 * it; then the feed explains it, or the page is read again. Used by one thread.
 */
public final class RangeAudit {
    private static final Logger LOG = LoggerFactory.getLogger(RangeAudit.class);

    private final String what;
    private final Source source;
    private final AuditTally tally;

    private RangeOffset proven;
    private @Nullable RangeOffset readAgain;

    /** What the source says when it is asked again. */
    public interface Source {
        /** Returns how many ids there are from one key to before another, as of now. */
        long between(String from, String before);

        /** Returns whether so many ids between two keys may have come or gone since the stage was planned. */
        boolean changed(String from, String before, long ids);
    }

    /**
     * Creates one.
     *
     * @param what what is read, for people
     * @param range where the range stands: if its next page fails the audit, nothing of it is trusted
     */
    public RangeAudit(String what, RangeOffset range, Source source, AuditTally tally) {
        this.what = what;
        this.proven = range.begun();
        this.source = source;
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
     * Holds a page to its rank, and with it the page before.
     *
     * @param at where the range stood when the page was asked for
     * @param seen how many ids the server says come before it
     */
    public Ruling page(RangeOffset at, long seen) {
        tally.page();
        if (seen != at.rank().orElseThrow()) {
            tally.difference();
            long read = at.tallies().read() - proven.tallies().read();
            if (!isWhole(Bounds.next(proven), Bounds.next(at), read)
                    && !explained(Bounds.next(proven), Bounds.next(at), read)) {
                return again(Bounds.next(at), read);
            }
        }
        if (readAgain != null && at.tallies().read() > readAgain.tallies().read()) {
            readAgain = null;
        }
        proven = at;
        return Ruling.passed(at.ranked(seen));
    }

    /**
     * Returns whether the rows of a page are all that is left up to the end of the range.
     *
     * @param rank how many ids the server says come before the end
     */
    public boolean isEnd(RangeOffset at, long rows, String end, long rank) {
        if (rank == at.rank().orElseThrow() + rows || isWhole(Bounds.next(at), end, rows)) {
            tally.page();
            return true;
        }
        return false;
    }

    /** Holds an empty page to the ids that are counted behind it: it is the end if they may have come or gone since. */
    public Ruling emptyEnd(RangeOffset at, String end) {
        tally.page();
        tally.difference();
        return explained(Bounds.next(at), end, 0) ? Ruling.passed(at) : again(end, 0);
    }

    private boolean isWhole(String from, String before, long read) {
        return source.between(from, before) == read;
    }

    private boolean explained(String from, String before, long read) {
        return source.changed(from, before, Math.abs(source.between(from, before) - read));
    }

    /** Sets the range back; the second time nothing more is read, so that the next run does there. */
    private Ruling again(String end, long read) {
        String seen = "%s documents from %s to before %s, where it counts %s and tells of no change"
                .formatted(read, named(Bounds.next(proven)), named(end), source.between(Bounds.next(proven), end));
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

    private static String named(String key) {
        if (key.isEmpty()) {
            return "the beginning";
        }
        return key.equals(Bounds.BEYOND_ALL) ? "the end" : "\"" + key.replace("\0", "") + "\"";
    }
}
