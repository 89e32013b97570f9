// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.offsets.StageOffset;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks at the source once more after each of its outages, before anything that was read since is built on: what came
 * back may be something else. Safe for use by multiple threads: one looks, the others wait.
 */
final class Recognition {
    private final LongSupplier turns;
    private final Consumer<StageOffset> look;
    private volatile long known;

    /**
     * Creates one.
     *
     * @param turns how often the source was away from a worker, and how often one asked again after that
     * @param look throws if the source is not what a stage was read from
     */
    Recognition(LongSupplier turns, Consumer<StageOffset> look) {
        this.turns = turns;
        this.look = look;
    }

    /** Looks, if the source was away from a worker since the last time, or one asked again after that. */
    void afterOutage(Supplier<StageOffset> stage) {
        if (turns.getAsLong() != known) {
            lookOnce(stage);
        }
    }

    private synchronized void lookOnce(Supplier<StageOffset> stage) {
        long before = turns.getAsLong();
        if (before != known) {
            look.accept(stage.get());
            known = before;
        }
    }
}
