// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.faults;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * The faults that were scripted, in their order. Thread-safe.
 *
 * @param <F> what goes wrong
 * @param <E> what it may happen to
 */
public final class FaultScript<F, E> {
    private final List<Entry<F, E>> entries = new CopyOnWriteArrayList<>();

    private record Entry<F, E>(F fault, Predicate<E> condition, ScriptedFault scripted) {
        boolean hits(E event) {
            return !scripted.isOver() && condition.test(event) && scripted.hitsNext();
        }
    }

    /** Adds a fault for what meets a condition, as its rule says. */
    public ScriptedFault add(FaultRule<F, E> rule) {
        ScriptedFault scripted = new ScriptedFault(rule);
        entries.add(new Entry<>(rule.fault(), rule.condition(), scripted));
        return scripted;
    }

    /** Ends all faults. */
    public void clear() {
        entries.forEach(entry -> entry.scripted.cancel());
        entries.clear();
    }

    /** Returns what happens to this event: the first fault whose time has come. */
    public Optional<F> next(E event) {
        return entries.stream().filter(entry -> entry.hits(event)).findFirst().map(Entry::fault);
    }
}
