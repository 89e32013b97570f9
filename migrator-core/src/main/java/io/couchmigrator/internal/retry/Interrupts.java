// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

/** The interrupt status in which code of the embedding program leaves a thread of the run. */
public final class Interrupts {
    private Interrupts() {}

    /**
     * Clears it, after each call of such code: a library that was called there may well set it, and who wants to stop a run
     * has {@link io.couchmigrator.Running#stop}.
     */
    public static void clear() {
        Thread.interrupted();
    }
}
