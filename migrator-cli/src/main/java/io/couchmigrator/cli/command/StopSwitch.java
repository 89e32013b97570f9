// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Migrator;
import org.jspecify.annotations.Nullable;

/** Stops a run when asked to, even where that comes before the run can hear of it. Safe for use by multiple threads. */
final class StopSwitch {
    private volatile @Nullable Migrator migrator;
    private volatile boolean thrown;

    /** Connects it to what it stops. */
    void connect(Migrator migrator) {
        this.migrator = migrator;
    }

    /** Stops the run. */
    void stop() {
        thrown = true;
        repeat();
    }

    /** Stops the run if it was asked to stop before it had started, when there was nothing to stop. */
    void repeat() {
        Migrator running = migrator;
        if (thrown && running != null) {
            running.stop();
        }
    }
}
