// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a server is asked just now, of which nothing has come yet. Safe for use by multiple threads. */
public final class Asking {
    private final Set<Asked> all = ConcurrentHashMap.newKeySet();
    private volatile boolean answered;

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
    public <T, E extends Exception> T ask(Question<T, E> question) throws E {
        Asked now = new Asked();
        all.add(now);
        boolean answers = false;
        try {
            T answer = question.ask();
            answers = true;
            return answer;
        } finally {
            answered = answers;
            all.remove(now);
        }
    }

    /** Returns whether the latest question to come to its end was answered, and did not fail. */
    boolean isAnswered() {
        return answered;
    }

    /** Returns for how long the server has been waited for; empty if it is not. */
    Optional<Duration> longest() {
        long now = System.nanoTime();
        return all.stream().map(asked -> Duration.ofNanos(now - asked.began)).max(Duration::compareTo);
    }
}
