// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import java.util.Random;

/** A fault that was scripted, to see what became of it or to end it. Thread-safe. */
public final class ScriptedFault {
    private final FaultRule rule;
    private final Random random;
    private int matched;
    private int hits;
    private boolean cancelled;

    ScriptedFault(FaultRule rule) {
        this.rule = rule;
        this.random = new Random(rule.seed());
    }

    /** Returns how many requests it has hit so far. */
    public synchronized int hits() {
        return hits;
    }

    /** Ends it: no request is hit from now on. */
    public synchronized void cancel() {
        cancelled = true;
    }

    Fault fault() {
        return rule.fault();
    }

    /** Counts this request and tells whether it is hit. */
    synchronized boolean hits(CouchRequest request) {
        if (cancelled || hits >= rule.times() || !rule.condition().test(request)) {
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
