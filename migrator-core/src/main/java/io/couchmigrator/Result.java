// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.time.Duration;
import java.util.List;

/**
 * How a run ended and what it did. Immutable.
 *
 * @param outcome how it ended
 * @param tallies what this run did, ids to do and catch-up included
 * @param done documents and source rows read in all runs of this copy, without those that are outstanding, but for {@code extra} ones;
 *     of a verification, those that it compared in all its parts, which rejected ones are not
 * @param previously documents and source rows that earlier runs read, or earlier parts of a verification, and this one did not read again
 * @param total documents and source rows of all stages, as far as they were counted
 * @param outstanding documents that the next run takes first, whichever run found them: rejected ones, and those that a
 *     verification found missing, different or extra
 * @param outstandingAgain of these, documents that a verification found missing or different again after a run had written
 *     them; only a verification finds out that they are mended
 * @param audit what the audit of the pages saw in this run
 * @param gaps what keeps a verification from vouching for the whole migration
 * @param failures why it did not complete; several when the checks before the first document found several
 * @param elapsed how long it took
 */
public record Result(
        Outcome outcome,
        Tallies tallies,
        long done,
        long previously,
        long total,
        long outstanding,
        long outstandingAgain,
        Audit audit,
        Gaps gaps,
        List<MigrationException> failures,
        Duration elapsed) {
    public Result {
        failures = List.copyOf(failures);
    }

    /**
     * What the audit of a run saw. CouchDB says of each page how many documents come before it; with the rows of the page
     * before, that number is known beforehand. Immutable.
     *
     * @param pages pages that were held to their place, and ends of ranges; 0 where the server knows no such numbers
     * @param differences how many of them were elsewhere. Something came or went before that page, or the page before was read
     *     again; where that did not help, the run failed
     */
    public record Audit(long pages, long differences) {
        /** Nothing was audited. */
        public static final Audit NONE = new Audit(0, 0);
    }

    /**
     * What keeps a verification from vouching for the whole migration, beside what its tallies count. Immutable.
     *
     * @param unfinished the stages that no run has completed
     * @param notCompared what it did not look at and why, for people, each as a sentence without its full stop
     */
    public record Gaps(List<String> unfinished, List<String> notCompared) {
        /** No gap. */
        public static final Gaps NONE = new Gaps(List.of(), List.of());

        public Gaps {
            unfinished = List.copyOf(unfinished);
            notCompared = List.copyOf(notCompared);
        }

        /** Returns whether there is none. */
        public boolean isEmpty() {
            return unfinished.isEmpty() && notCompared.isEmpty();
        }
    }

    /** How much a verification compares. */
    public enum Depth {
        /** All that rows hold. */
        FULL,
        /**
         * Ids and revisions, of stages that own a table with a {@linkplain OwnedTable.Builder#rev column for them}. No body is read, but of
         * documents with which something seems wrong.
         */
        IDS,
        /**
         * How many ids there are in ranges of them, of the same stages; what differs is halved, and compared by ids and revisions where it
         * is small. CouchDB must tell ranks.
         */
        COUNTS
    }

    /**
     * Returns this if nothing failed: a run is complete then, with or without rejects, or was stopped on request; what a
     * verification found, its outcome tells.
     *
     * @throws MigrationException the first failure, the others suppressed in it, each once however often this is called
     */
    public Result orThrow() {
        if (!failures.isEmpty()) {
            MigrationException first = failures.get(0);
            synchronized (first) {
                failures.stream()
                        .skip(1)
                        .filter(other -> !List.of(first.getSuppressed()).contains(other))
                        .forEach(first::addSuppressed);
            }
            throw first;
        }
        return this;
    }
}
