// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import com.google.common.util.concurrent.Uninterruptibles;
import io.couchmigrator.MigrationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does several things at once, each with a database of its own. Safe for use by multiple threads. */
public final class SideBySide implements AutoCloseable {
    private final StopSignal stop;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "migrator-database");
        thread.setDaemon(true);
        return thread;
    });

    public SideBySide(StopSignal stop) {
        this.stop = stop;
    }

    /**
     * Does all of them, the last one in the caller's thread, and returns what they return, in their order. If one fails the
     * others are asked to stop; none goes on once this has returned or thrown.
     */
    public <T> List<T> all(List<Supplier<T>> parts) {
        List<Future<T>> others = new ArrayList<>();
        List<T> results = new ArrayList<>();
        Throwable failure = null;
        List<T> own = List.of();
        int last = parts.size() - 1;
        try {
            for (Supplier<T> part : parts.subList(0, last)) {
                others.add(threads.submit(() -> done(part)));
            }
            own = List.of(done(parts.get(last)));
        } catch (Throwable e) {
            stop.request();
            failure = e;
        }
        rethrow(joined(others, results, failure));
        results.addAll(own);
        return results;
    }

    /**
     * Waits for all of them, also where the thread is interrupted, whose status is then set; and returns the gravest failure,
     * which has the others suppressed. That some were stopped because of it is no news.
     *
     * @param results takes what they return
     * @param earlier a failure that is known already; null if none
     */
    public static <T> @Nullable Throwable joined(List<Future<T>> others, List<T> results, @Nullable Throwable earlier) {
        Throwable failure = earlier;
        for (Future<T> other : others) {
            try {
                results.add(Uninterruptibles.getUninterruptibly(other));
            } catch (ExecutionException e) {
                failure = graver(failure, Objects.requireNonNull(e.getCause()));
            }
        }
        return failure;
    }

    private static Throwable graver(@Nullable Throwable one, Throwable other) {
        if (one == null || one == other) {
            return other;
        }
        Throwable graver = gravity(other) > gravity(one) ? other : one;
        Throwable lesser = graver == one ? other : one;
        if (!(lesser instanceof StoppedException)) {
            graver.addSuppressed(lesser);
        }
        return graver;
    }

    private static int gravity(Throwable failure) {
        if (failure instanceof StoppedException) {
            return 0;
        }
        if (failure instanceof MigrationException) {
            return 1;
        }
        return failure instanceof Error ? 3 : 2;
    }

    /** Throws a failure, if there is one. */
    public static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure != null) {
            // Other languages throw checked exceptions that no method declares.
            throw new IllegalStateException(
                    "a function of the embedding program threw %s, which it does not declare: mend it, and run again"
                            .formatted(FunctionFault.said(failure)),
                    FunctionFault.of(failure));
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private <T> T done(Supplier<T> part) {
        try {
            return part.get();
        } catch (Throwable e) {
            stop.request();
            throw e;
        }
    }
}
