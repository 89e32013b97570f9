// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes what a demo has opened, the latest first: when the demo is over, and also where the process is ended before
 * that, by Ctrl-C for instance. Safe for use by multiple threads.
 */
final class Closer implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread atExit;
    private boolean closed;

    /** Starts to watch for the end of the process, of which the narrator tells nothing but that all is closed. */
    Closer(Narrator narrator) {
        this.atExit = new Thread(
                () -> {
                    narrator.silence();
                    closeAll();
                    narrator.lastWord("The demo was ended; nothing of it is left behind.");
                },
                "demo-closer");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Takes over a resource; closes it at once where the process is ending already. */
    synchronized <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        if (closed) {
            closeAll();
        }
        return resource;
    }

    /** Closes all; does nothing where the process is ending, which does so by itself. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return;
        }
        closeAll();
    }

    private synchronized void closeAll() {
        closed = true;
        IllegalStateException failure = new IllegalStateException("not all that the demo opened could be closed");
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
