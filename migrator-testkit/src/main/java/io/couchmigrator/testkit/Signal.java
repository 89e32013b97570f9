// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Where answers wait: for a change, for a stall's release, for a moment. A stop wakes them all. Thread-safe. */
final class Signal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long stops;
    private long releases;

    /** Makes all who wait look again. */
    void ring() {
        change(() -> {});
    }

    /** Lets go on what is stalled now. */
    void release() {
        change(() -> releases++);
    }

    /** Ends all waiting with an exception. */
    void stop() {
        change(() -> stops++);
    }

    /** Waits until something is so; false if it was not within this time. */
    boolean await(BooleanSupplier condition, Duration atMost) throws IOException {
        lock.lock();
        try {
            long stopsBefore = stops;
            long left = atMost.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
                if (stops != stopsBefore) {
                    throw new IOException("the server was stopped");
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting");
        } finally {
            lock.unlock();
        }
    }

    /** Stays until the next release. */
    void stall() throws IOException {
        lock.lock();
        try {
            long releasesBefore = releases;
            await(() -> releases != releasesBefore, Duration.ofNanos(TimeUnit.DAYS.toNanos(1)));
        } finally {
            lock.unlock();
        }
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
