// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.retry.StopSignal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Keeps all workers together to so many documents a second: what was read is a debt of time that is waited off before
 * the next page. It can be changed, and all can be held up, at any time. Safe for use by multiple threads.
 */
final class Throttle {
    /** How long who waits does not look whether that has changed. */
    private static final Duration LOOK = Duration.ofMillis(250);

    private final int workers;
    private final StopSignal stop;
    private final NanoClock clock;
    private int perSecond;
    private long paidUntil;
    private boolean paused;

    /** Tells nanoseconds, as {@link System#nanoTime} does. */
    @FunctionalInterface
    interface NanoClock {
        long now();
    }

    /**
     * Creates one.
     *
     * @param perSecond the most documents a second; 0 sets no limit
     * @param workers how many read at once
     */
    Throttle(int perSecond, int workers, StopSignal stop, NanoClock clock) {
        this.perSecond = perSecond;
        this.workers = workers;
        this.stop = stop;
        this.clock = clock;
        this.paidUntil = clock.now();
    }

    /** Changes it; what was read before is paid for. */
    synchronized void limit(int most) {
        perSecond = most;
        paidUntil = clock.now();
    }

    synchronized void pause(boolean holds) {
        paused = holds;
    }

    synchronized boolean isPaused() {
        return paused;
    }

    /**
     * Waits while all are held up.
     *
     * @throws io.couchmigrator.internal.retry.StoppedException if the run is asked to stop
     */
    void awaitEndOfPause() {
        while (isPaused()) {
            stop.pause(LOOK);
        }
    }

    /** Returns how many documents a page may have, so that those of all workers are no burst of more than a second. */
    synchronized int most(int wanted) {
        return perSecond == 0 ? wanted : Math.min(wanted, Math.max(1, perSecond / workers));
    }

    /** Takes note of documents that were read. */
    synchronized void read(long documents) {
        if (perSecond > 0) {
            paidUntil = clock.now() + debt().toNanos() + documents * TimeUnit.SECONDS.toNanos(1) / perSecond;
        }
    }

    /**
     * Waits until everything that was read is paid for.
     *
     * @throws io.couchmigrator.internal.retry.StoppedException if the run is asked to stop
     */
    void pay() {
        for (Duration debt = debt(); !debt.isZero(); debt = debt()) {
            stop.pause(debt.compareTo(LOOK) < 0 ? debt : LOOK);
        }
    }

    /** Returns how long to wait for what was read. */
    synchronized Duration debt() {
        long nanos = perSecond == 0 ? 0 : paidUntil - clock.now();
        return Duration.ofNanos(Math.max(0, nanos));
    }
}
