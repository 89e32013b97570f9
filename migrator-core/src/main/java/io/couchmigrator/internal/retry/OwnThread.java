// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Does work in a thread of its own while the caller waits, so that interrupting the caller stops the work in an orderly
 * way instead of breaking whatever it is just doing.
 */
public final class OwnThread {
    private OwnThread() {}

    /**
     * Returns what the work returns, or throws what it throws.
     *
     * @param stop called, once, if the caller is interrupted; the caller goes on waiting, and finds its interrupt
     *     status set in the end
     */
    public static <T> T call(String name, Callable<T> work, Runnable stop) {
        return started(name, work).result(stop);
    }

    /** Starts work in a thread of its own. */
    public static <T> Started<T> started(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task, name).start();
        return stop -> result(task, stop);
    }

    /** Work that was started. */
    public interface Started<T> {
        /** Waits for the work, as {@link #call} does. */
        T result(Runnable stop);
    }

    private static <T> T result(FutureTask<T> task, Runnable stop) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    if (!interrupted) {
                        stop.run();
                    }
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw unwrapped(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        if (e.getCause() instanceof RuntimeException exception) {
            return exception;
        }
        return new IllegalStateException(e.getCause());
    }
}
