// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.Patience;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at the source once more after each of its outages, before anything that was read since is built on: what came
 * back may be something else. Safe for use by multiple threads: one looks, the others wait.
 */
final class Recognition {
    private final Patience source;
    private final Consumer<StageOffset> look;
    private volatile long outages;

    /**
     * Creates one.
     *
     * @param look throws if the source is not what a stage was read from
     */
    Recognition(Patience source, Consumer<StageOffset> look) {
        this.source = source;
        this.look = look;
    }

    /** Looks, if there was an outage since the last time. */
    void afterOutage(Supplier<StageOffset> stage) {
        if (source.outages() != outages) {
            lookOnce(stage);
        }
    }

    private synchronized void lookOnce(Supplier<StageOffset> stage) {
        long before = source.outages();
        if (before != outages) {
            look.accept(stage.get());
            outages = before;
        }
    }
}
