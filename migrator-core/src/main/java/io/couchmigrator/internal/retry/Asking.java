// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a server is asked just now, of which nothing has come yet. Safe for use by multiple threads. */
public final class Asking {
    private final Set<Asked> all = ConcurrentHashMap.newKeySet();

    /** Something that is waited for, and since when. */
    private static final class Asked {
        private final long began = System.nanoTime();
    }

    /** Asks a server, and returns once something of the answer is there. */
    @FunctionalInterface
    public interface Question<T, E extends Exception> {
        T ask() throws E;
    }

    /** Asks, and takes note that the server is waited for meanwhile. */
    public <T, E extends Exception> T over(Question<T, E> question) throws E {
        Asked now = new Asked();
        all.add(now);
        try {
            return question.ask();
        } finally {
            all.remove(now);
        }
    }

    /** Returns for how long the server has been waited for; empty if it is not. */
    Optional<Duration> longest() {
        long now = System.nanoTime();
        return all.stream().map(asked -> Duration.ofNanos(now - asked.began)).max(Duration::compareTo);
    }
}
