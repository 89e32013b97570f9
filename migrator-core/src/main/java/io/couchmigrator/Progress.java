// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a stage is. Immutable. Ids to do and catch-up are not in these numbers.
 *
 * @param stage the stage's name
 * @param description what the stage reads, for people
 * @param total documents of the database, or rows of the table, when the stage was planned
 * @param read documents read in all runs of this copy, filtered and rejected ones included
 * @param previously of these, those read before this run
 * @param processed documents read in this run, committed, neither filtered nor rejected
 * @param filtered documents filtered out in this run
 * @param rejected documents rejected in this run
 * @param elapsed time since this run began the stage
 * @param remaining time to go at the rate of this run; empty where no estimate is possible
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
        Duration elapsed,
        Optional<Duration> remaining) {}
