// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the pages of one range to their ranks: as many ids must come before a page as came before the last one and were
 * read from it. A difference is explained by what changed since the stage was planned, or the page before is read again.
 * Used by one thread.
 */
final class RangeAudit {
    private static final Logger LOG = LoggerFactory.getLogger(RangeAudit.class);

    private final String what;
    private final Explanations changed;
    private final AuditTally tally;

    private RangeOffset proven;
    private @Nullable RangeOffset readAgain;
    private long drift;

    /** What changed since the stage was planned. */
    @FunctionalInterface
    interface Explanations {
        /** Returns whether ids that came or went below a key make up this difference. */
        boolean explain(String key, long difference);
    }

    /**
     * Creates one.
     *
     * @param what what is read, for people
     * @param range where the range stands: if its next page fails the audit, nothing of it is trusted
     */
    RangeAudit(String what, RangeOffset range, Explanations changed, AuditTally tally) {
        this.what = what;
        this.proven = range.begun();
        this.changed = changed;
        this.tally = tally;
    }

    /**
     * Holds a page to its rank.
     *
     * @param at where the range stood when the page was asked for
     * @param key the key at which the page begins
     * @param seen how many ids the server says come before it
     * @return whether to go on from here; else the range was set back to a place that is proven
     */
    boolean page(Pager.Place place, RangeOffset at, String key, long seen) {
        if (!holds(place, key, at.rank().orElseThrow(), seen)) {
            return false;
        }
        if (!at.equals(readAgain)) {
            readAgain = null;
        }
        proven = at;
        return true;
    }

    /** Returns whether so many ids come before the end of the range as expected, changes told of before included. */
    boolean isEnd(long expected, long seen) {
        if (seen != expected + drift) {
            return false;
        }
        tally.page();
        return true;
    }

    /** The same as {@link #page} for the end of the range. */
    boolean end(Pager.Place place, String key, long expected, long seen) {
        return holds(place, key, expected, seen);
    }

    private boolean holds(Pager.Place place, String key, long expected, long seen) {
        tally.page();
        long difference = seen - expected;
        if (difference == drift) {
            return true;
        }
        tally.difference();
        if (changed.explain(key, difference)) {
            drift = difference;
            return true;
        }
        place.rewind(proven);
        if (readAgain != null) {
            throw new SourceException(
                    "could not read %s: seen %d documents before %s, expected %d, also after reading again from %s, and no change explains it: the server hides or repeats documents there: look at its log and its shards, and run the same command again"
                            .formatted(what, seen, named(key), expected + drift, beginning(proven)));
        }
        LOG.warn(
                "{}: seen {} documents before {}, expected {}: reading again from {}",
                what,
                seen,
                named(key),
                expected + drift,
                beginning(proven));
        readAgain = proven;
        return false;
    }

    private static String beginning(RangeOffset range) {
        SourceId id = range.after() == null ? range.from() : range.after();
        return id == null ? "the beginning" : "\"" + id.text() + "\"";
    }

    private static String named(String key) {
        if (key.isEmpty()) {
            return "the beginning";
        }
        return key.equals(DocumentRanks.BEYOND_ALL) ? "the end" : "\"" + key.replace("\0", "") + "\"";
    }
}
