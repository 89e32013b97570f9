// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.faults;

import java.util.Random;

/** A fault that was scripted, to see what became of it or to end it. Thread-safe. */
public final class ScriptedFault {
    private final FaultRule<?, ?> rule;
    private final Random random;
    private int matched;
    private int hits;
    private boolean cancelled;

    /** Counts what meets a rule's condition, and hits as the rule says. */
    ScriptedFault(FaultRule<?, ?> rule) {
        this.rule = rule;
        this.random = new Random(rule.seed());
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
        return cancelled || hits >= rule.times();
    }

    /** Counts one more that meets the condition, and tells whether it is hit. */
    synchronized boolean hitsNext() {
        if (isOver()) {
            return false;
        }
        matched++;
        if (matched <= rule.skipped() || random.nextDouble() >= rule.chance()) {
            return false;
        }
        hits++;
        return true;
    }

    @Override
    public synchronized String toString() {
        return rule.fault() + ", " + hits + " hits";
    }
}
