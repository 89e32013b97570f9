// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a stage is, and the whole migration with it. Immutable. Ids to do and catch-up are not in these numbers.
 *
 * @param stage the stage's name
 * @param description what the stage reads, for people
 * @param total documents of the database, or rows of the table, when the stage was planned
 * @param read documents read in all runs of this copy, filtered and rejected ones included
 * @param previously of these, those read before this run
 * @param processed documents read in this run, committed, neither filtered nor rejected
 * @param filtered documents filtered out in this run
 * @param rejected documents rejected in this run
 * @param rows rows that were written for them in this run, or were there already
 * @param elapsed time since this run began the stage
 * @param speed how fast the stage was read in the last minutes; empty until it is known
 * @param remaining time to go for the stage at that speed; empty until it is known
 * @param whole how far all stages are
 */
public record Progress(
        String stage,
        String description,
        long total,
        long read,
        long previously,
        long processed,
        long filtered,
        long rejected,
        long rows,
        Duration elapsed,
        Optional<Speed> speed,
        Optional<Duration> remaining,
        Whole whole) {
    /**
     * How fast a stage was read in its last five minutes of work: those in which a server was away, or the process was stopped,
     * do not count; those of a throttle do. Immutable.
     *
     * @param documents documents a second
     * @param bytes bytes a second of those that count for the stage
     */
    public record Speed(double documents, double bytes) {
        private static final Duration LONGEST = Duration.ofDays(36_500);

        /** Returns how long so many documents take: a hundred years at most, as where none is read. */
        public Duration timeFor(long count) {
            double millis = 1_000.0 * count / documents;
            return millis < LONGEST.toMillis() ? Duration.ofMillis((long) millis) : LONGEST;
        }
    }

    /**
     * How far all stages of a migration are. Immutable.
     *
     * @param read documents read in all runs of this copy
     * @param total documents there are; empty if those of some stage are not counted yet
     * @param remaining time to go for all at the speed of the stage that is read; empty until that and the total are known
     */
    public record Whole(long read, OptionalLong total, Optional<Duration> remaining) {}
}
