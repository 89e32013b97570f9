// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.internal.retry.OwnThread;
import io.couchmigrator.internal.run.Run;

/**
 * A run or a verification that a {@link Migrator} has started, in a thread of its own that keeps the program alive until
 * it has ended. Safe for use by multiple threads.
 */
public final class Running {
    private final Run run;
    private final OwnThread.Started<Result> started;

    Running(Migration migration, Run run) {
        this.run = run;
        this.started = OwnThread.started("migrator-" + migration.slug(), run::run);
    }

    /**
     * Asks it to finish the batches in hand, save and end. Those that PostgreSQL does not finish within five seconds are rolled
     * back, of which {@link Listener#warned} tells. Returns at once; asked again, or too late, it changes nothing.
     */
    public void stop() {
        run.stop();
    }

    /**
     * Returns how it ended. Blocks until all is done, a failure cannot be waited out, or it was {@linkplain #stop stopped};
     * then offsets are saved. If the calling thread is interrupted, that stops it, too: this goes on to wait for the end, and
     * then the thread's interrupt status is set.
     *
     * @return how it ended, failures included; see {@link Result#orThrow}
     * @throws IllegalStateException and other unchecked exceptions for bugs, of the caller's functions or of this library; one is to
     *     call this from the run's own {@link Listener}, for which the run would wait for ever
     */
    public Result result() {
        if (run.isTelling()) {
            throw new IllegalStateException(
                    "a listener asked for the result of the run that was telling it: the run cannot end before the listener returns: call stop(), and return");
        }
        return started.result(run::stop);
    }
}
