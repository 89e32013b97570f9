// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.faults;

import java.util.function.Predicate;

/**
 * A fault and when it happens. Immutable; it takes effect when it is given to the {@code script} of what it befalls. What it
 * may happen to, a request or a step of a data source, is an event here.
 *
 * @param <F> what goes wrong
 * @param <E> what it may happen to
 * @param fault what happens
 * @param condition to which events
 * @param skipped how many matching events are spared first
 * @param times how often it happens at most; {@link Integer#MAX_VALUE} is for ever
 * @param chance how likely each matching event is hit, from 0 to 1
 * @param seed what the chances are drawn from
 */
public record FaultRule<F, E>(F fault, Predicate<E> condition, int skipped, int times, double chance, long seed) {

    /** Returns the rule that lets a fault happen to every event that meets the condition. */
    public static <F, E> FaultRule<F, E> always(F fault, Predicate<E> condition) {
        return new FaultRule<>(fault, condition, 0, Integer.MAX_VALUE, 1, 0);
    }

    /** Spares the first matching events. */
    public FaultRule<F, E> after(int events) {
        return new FaultRule<>(fault, condition, events, times, chance, seed);
    }

    /** Hits this many events, then no more. */
    public FaultRule<F, E> times(int hits) {
        return new FaultRule<>(fault, condition, skipped, hits, chance, seed);
    }

    /** Hits one event, then no more. */
    public FaultRule<F, E> once() {
        return times(1);
    }

    /** Hits only the k-th matching event, counted from 1, over all connections of a data source. */
    public FaultRule<F, E> nth(int k) {
        return after(k - 1).once();
    }

    /** Hits each matching event with this probability, from 0 to 1; the same seed gives the same hits. */
    public FaultRule<F, E> chance(double probability, long drawnFrom) {
        return new FaultRule<>(fault, condition, skipped, times, probability, drawnFrom);
    }
}
