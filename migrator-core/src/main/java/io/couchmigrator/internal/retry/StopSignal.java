// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The request to stop a run: made once, seen by all its threads. Safe for use by multiple threads. */
public final class StopSignal {
    private final CountDownLatch requested = new CountDownLatch(1);

    /** Makes the request; further ones change nothing. */
    public void request() {
        requested.countDown();
    }

    /** Returns whether it was made. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /**
     * Goes on if no request was made.
     *
     * @throws StoppedException if one was
     */
    public void check() {
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
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
        if (stopped) {
            throw new StoppedException();
        }
    }
}
