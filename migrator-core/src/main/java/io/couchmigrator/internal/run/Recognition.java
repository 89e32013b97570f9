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
    private final LongSupplier outages;
    private final Consumer<StageOffset> look;
    private volatile long known;

    /**
     * Creates one.
     *
     * @param outages how many outages of the source there were
     * @param look throws if the source is not what a stage was read from
     */
    Recognition(LongSupplier outages, Consumer<StageOffset> look) {
        this.outages = outages;
        this.look = look;
    }

    /** Looks, if there was an outage since the last time. */
    void afterOutage(Supplier<StageOffset> stage) {
        if (outages.getAsLong() != known) {
            lookOnce(stage);
        }
    }

    private synchronized void lookOnce(Supplier<StageOffset> stage) {
        long before = outages.getAsLong();
        if (before != known) {
            look.accept(stage.get());
            known = before;
        }
    }
}
