// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import io.couchmigrator.testkit.faults.ScriptedFault;
import java.util.function.Predicate;

/**
 * A fault of a database and when it happens. Immutable; it takes effect when it is given to
 * {@link FaultyDataSource#script}.
 *
 * @param fault what happens
 * @param condition to which steps
 * @param skipped how many matching steps are spared first
 * @param times how often it happens at most; {@link Integer#MAX_VALUE} is for ever
 * @param chance how likely each matching step is hit, from 0 to 1
 * @param seed what the chances are drawn from
 */
public record JdbcRule(
        JdbcFault fault, Predicate<JdbcStep> condition, int skipped, int times, double chance, long seed) {

    static JdbcRule always(JdbcFault fault, Predicate<JdbcStep> condition) {
        return new JdbcRule(fault, condition, 0, Integer.MAX_VALUE, 1, 0);
    }

    /** Spares the first matching steps. */
    public JdbcRule after(int steps) {
        return new JdbcRule(fault, condition, steps, times, chance, seed);
    }

    /** Hits this many steps, then no more. */
    public JdbcRule times(int hits) {
        return new JdbcRule(fault, condition, skipped, hits, chance, seed);
    }

    /** Hits one step, then no more. */
    public JdbcRule once() {
        return times(1);
    }

    /** Hits only the k-th matching step, counted from 1 over all connections. */
    public JdbcRule nth(int k) {
        return after(k - 1).once();
    }

    /** Hits each matching step with this probability, from 0 to 1; the same seed gives the same hits. */
    public JdbcRule chance(double probability, long drawnFrom) {
        return new JdbcRule(fault, condition, skipped, times, probability, drawnFrom);
    }

    ScriptedFault scripted() {
        return new ScriptedFault(fault, skipped, times, chance, seed);
    }
}
