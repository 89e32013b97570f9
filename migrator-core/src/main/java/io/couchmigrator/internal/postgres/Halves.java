// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Does something with many at once, and with few where some of them are refused. */
public final class Halves {
    private Halves() {}

    /**
     * Attempts something with all of them. Where that is refused it is attempted with each half, in order, until those that
     * are refused stand alone: about two attempts for each halving and culprit.
     *
     * @param some at least one
     * @param attempt throws a {@link RefusedException} if it did nothing because it was refused; any other ends this
     * @param alone takes each that was refused alone, and why
     */
    public static <T> void of(List<T> some, Consumer<List<T>> attempt, BiConsumer<T, SqlFault> alone) {
        try {
            attempt.accept(some);
        } catch (RefusedException e) {
            int half = some.size() / 2;
            if (half == 0) {
                alone.accept(some.get(0), e.fault());
            } else {
                of(some.subList(0, half), attempt, alone);
                of(some.subList(half, some.size()), attempt, alone);
            }
        }
    }
}
