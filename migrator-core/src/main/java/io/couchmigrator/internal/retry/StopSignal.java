// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The request to stop a run: made once, seen by all its threads. The interruption of one of them is such a request, which
 * clears its interrupt status: what is left to do for an orderly end, it can do. Safe for use by multiple threads.
 */
public final class StopSignal {
    private final CountDownLatch requested = new CountDownLatch(1);
    private final Runnable cancel;
    private volatile boolean interrupted;

    /** Creates one that every thread looks at, and that wakes those that pause. */
    public StopSignal() {
        this(() -> {});
    }

    /**
     * Creates one that also ends other waits.
     *
     * @param cancel ends them; called with each request
     */
    public StopSignal(Runnable cancel) {
        this.cancel = cancel;
    }

    /** Makes the request; further ones change nothing. */
    public void request() {
        requested.countDown();
        cancel.run();
    }

    /** Returns whether it was made. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for it. */
    public void await() {
        try {
            requested.await();
        } catch (InterruptedException e) {
            interrupted();
        }
    }

    /** Returns whether a thread of the run was interrupted, which stopped it. */
    public boolean isInterrupted() {
        return interrupted;
    }

    /**
     * Goes on if no request was made.
     *
     * @throws StoppedException if one was
     */
    public void check() {
        if (Thread.interrupted()) {
            interrupted();
        }
        if (isRequested()) {
            throw new StoppedException();
        }
    }

    /**
     * Waits, unless a request is made meanwhile.
     *
     * @throws StoppedException if one is
     */
    public void pause(Duration duration) {
        boolean stopped;
        try {
            stopped = requested.await(duration.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            interrupted();
            stopped = true;
        }
        if (stopped) {
            throw new StoppedException();
        }
    }

    private void interrupted() {
        interrupted = true;
        request();
    }
}
