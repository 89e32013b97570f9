// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tells of attempts at servers that take long, while they go on: a server that accepts a connection and stays silent is an
 * error only after a long timeout. Safe for use by multiple threads. Whoever made it closes it.
 */
public final class Watch implements AutoCloseable {
    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);

    private final Duration patience;
    private final OutageListener listener;
    private final ScheduledThreadPoolExecutor timer;

    /** @param patience how long an attempt may take before it is told of, then each minute */
    public Watch(Duration patience, OutageListener listener) {
        this.patience = patience;
        this.listener = listener;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "migrator-watch");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Makes an attempt, which began just now, at a server. */
    <T> T over(String server, Instant began, Patience.Attempt<T> attempt) throws PassingException {
        Future<?> telling = timer.scheduleAtFixedRate(
                () -> listener.silent(server, began), patience.toNanos(), TELL_AGAIN.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return attempt.make();
        } finally {
            telling.cancel(false);
        }
    }

    /** Tells no more. Attempts that are under way go on. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
