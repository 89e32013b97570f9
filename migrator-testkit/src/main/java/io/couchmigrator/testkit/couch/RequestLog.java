// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The requests so far, in the order they came. Thread-safe. */
final class RequestLog {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final List<CouchRequest> requests = new ArrayList<>();

    void add(CouchRequest request) {
        lock.lock();
        try {
            requests.add(request);
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            requests.clear();
        } finally {
            lock.unlock();
        }
    }

    List<CouchRequest> matching(Predicate<CouchRequest> condition) {
        lock.lock();
        try {
            return requests.stream().filter(condition).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many requests met the condition; an {@link AssertionError} if they do not come in time. */
    void await(Predicate<CouchRequest> condition, int count, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (requests.stream().filter(condition).count() < count) {
                if (left <= 0) {
                    throw new AssertionError(
                            "Expected " + count + " such requests within " + atMost + " but there were "
                                    + requests.stream().filter(condition).count() + " among " + requests.size());
                }
                left = grown.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
