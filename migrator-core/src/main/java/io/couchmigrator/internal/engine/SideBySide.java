// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does several things at once, each with a database of its own. Safe for use by multiple threads. */
final class SideBySide implements AutoCloseable {
    private final StopSignal stop;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "migrator-database");
        thread.setDaemon(true);
        return thread;
    });

    SideBySide(StopSignal stop) {
        this.stop = stop;
    }

    /**
     * Does all of them, the last one in the caller's thread, and returns what they return, in their order. If one fails the
     * others are asked to stop; none goes on once this has returned.
     */
    <T> List<T> all(List<Supplier<T>> parts) {
        List<Future<T>> others = new ArrayList<>();
        int last = parts.size() - 1;
        for (Supplier<T> part : parts.subList(0, last)) {
            others.add(threads.submit(() -> done(part)));
        }
        Throwable failure = null;
        List<T> results = new ArrayList<>();
        T own = null;
        try {
            own = done(parts.get(last));
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        failure = joined(others, results, failure);
        rethrow(failure);
        results.add(own);
        return results;
    }

    /**
     * Waits for all of them, and returns the first real failure; that others were then stopped is no news.
     *
     * @param results takes what they return
     * @param earlier a failure that is known already; null if none
     */
    static <T> @Nullable Throwable joined(List<Future<T>> others, List<T> results, @Nullable Throwable earlier) {
        Throwable failure = earlier;
        for (Future<T> other : others) {
            try {
                results.add(other.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "the thread of a run was interrupted by something else than the run", e);
            } catch (ExecutionException e) {
                boolean news = failure == null || failure instanceof StoppedException;
                failure = news ? e.getCause() : failure;
            }
        }
        return failure;
    }

    /** Throws a failure, if there is one. */
    static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private <T> T done(Supplier<T> part) {
        try {
            return part.get();
        } catch (RuntimeException | Error e) {
            stop.request();
            throw e;
        }
    }
}
