// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.faults.ScriptedFault;
import java.util.function.Predicate;

/**
 * A fault and when it happens. Immutable; it takes effect when it is given to {@link CouchDouble#script}.
 *
 * @param fault what happens
 * @param condition to which requests
 * @param skipped how many matching requests are spared first
 * @param times how often it happens at most; {@link Integer#MAX_VALUE} is for ever
 * @param chance how likely each matching request is hit, from 0 to 1
 * @param seed what the chances are drawn from
 */
public record FaultRule(
        Fault fault, Predicate<CouchRequest> condition, int skipped, int times, double chance, long seed) {

    static FaultRule always(Fault fault, Predicate<CouchRequest> condition) {
        return new FaultRule(fault, condition, 0, Integer.MAX_VALUE, 1, 0);
    }

    /** Spares the first matching requests. */
    public FaultRule after(int requests) {
        return new FaultRule(fault, condition, requests, times, chance, seed);
    }

    /** Hits this many requests, then no more. */
    public FaultRule times(int hits) {
        return new FaultRule(fault, condition, skipped, hits, chance, seed);
    }

    /** Hits one request, then no more. */
    public FaultRule once() {
        return times(1);
    }

    /** Hits only the k-th matching request, counted from 1. */
    public FaultRule nth(int k) {
        return after(k - 1).once();
    }

    /** Hits each matching request with this probability, from 0 to 1; the same seed gives the same hits. */
    public FaultRule chance(double probability, long drawnFrom) {
        return new FaultRule(fault, condition, skipped, times, probability, drawnFrom);
    }

    ScriptedFault scripted() {
        return new ScriptedFault(fault, skipped, times, chance, seed);
    }
}
