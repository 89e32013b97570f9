// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.faults;

import java.util.Random;

/** A fault that was scripted, to see what became of it or to end it. Thread-safe. */
public final class ScriptedFault {
    private final Object fault;
    private final int skipped;
    private final int times;
    private final double chance;
    private final Random random;
    private int matched;
    private int hits;
    private boolean cancelled;

    /**
     * Counts what meets a rule's condition, and hits as the rule says.
     *
     * @param fault what happens, for people
     * @param skipped how many that match are spared first
     * @param times how often it happens at most; {@link Integer#MAX_VALUE} is for ever
     * @param chance how likely each that matches is hit, from 0 to 1
     * @param seed what the chances are drawn from
     */
    public ScriptedFault(Object fault, int skipped, int times, double chance, long seed) {
        this.fault = fault;
        this.skipped = skipped;
        this.times = times;
        this.chance = chance;
        this.random = new Random(seed);
    }

    /** Returns how many requests, or steps of a data source, it has hit so far. */
    public synchronized int hits() {
        return hits;
    }

    /** Ends it: nothing is hit from now on. */
    public synchronized void cancel() {
        cancelled = true;
    }

    /** Returns whether it can never hit again, so that nobody needs to look whether its condition is met. */
    synchronized boolean isOver() {
        return cancelled || hits >= times;
    }

    /** Counts one more that meets the condition, and tells whether it is hit. */
    synchronized boolean hitsNext() {
        if (isOver()) {
            return false;
        }
        matched++;
        if (matched <= skipped || random.nextDouble() >= chance) {
            return false;
        }
        hits++;
        return true;
    }

    @Override
    public synchronized String toString() {
        return fault + ", " + hits + " hits";
    }
}
