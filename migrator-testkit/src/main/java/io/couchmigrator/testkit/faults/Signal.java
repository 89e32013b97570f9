// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.faults;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Where answers wait: for a change, for a stall's release, for a moment. A stop wakes them all. Thread-safe. */
public final class Signal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stopped;
    private long releases;
    private int stalled;

    /** Makes all who wait look again. */
    public void ring() {
        change(() -> {});
    }

    /** Lets go on what is stalled now. */
    public void release() {
        change(() -> releases++);
    }

    /** Ends all waiting with an exception, also of those who come to wait before the next start. */
    public void stop() {
        change(() -> stopped = true);
    }

    /** Lets waiting begin again after a stop. */
    public void start() {
        change(() -> stopped = false);
    }

    /**
     * Waits until something is so; false if it was not within this time.
     *
     * @throws IOException if a stop or an interruption ended the waiting
     */
    public boolean await(BooleanSupplier condition, Duration atMost) throws IOException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!condition.getAsBoolean()) {
                if (stopped) {
                    throw new IOException("the server was stopped");
                }
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stays until the next release.
     *
     * @throws IOException if a stop or an interruption ended the waiting
     */
    public void stall() throws IOException {
        lock.lock();
        try {
            long releasesBefore = releases;
            change(() -> stalled++);
            await(() -> releases != releasesBefore, Duration.ofDays(1));
        } finally {
            stalled--;
            lock.unlock();
        }
    }

    /**
     * Waits until so many answers stall at once; false if they do not within this time.
     *
     * @throws IOException if a stop or an interruption ended the waiting
     */
    public boolean awaitStalled(int count, Duration atMost) throws IOException {
        return await(() -> stalled >= count, atMost);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
