// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.retry.StoppedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction that a session has in hand, as far as another thread may give it up. Its commit is never cancelled: one
 * that waits for a standby would then be told as done. Safe for use by multiple threads.
 */
final class InHand {
    private static final Logger LOG = LoggerFactory.getLogger(InHand.class);

    private enum Phase {
        NONE,
        WORKING,
        COMMITTING
    }

    private Phase phase = Phase.NONE;
    private boolean givenUp;
    private @Nullable Connection working;
    private long began;
    private int process;
    private CompletableFuture<Void> cancelling = CompletableFuture.completedFuture(null);

    /**
     * Takes note that a transaction begins.
     *
     * @throws StoppedException if none may any more
     */
    synchronized void begin() {
        check();
        phase = Phase.WORKING;
        began = System.nanoTime();
        process = 0;
    }

    /**
     * Takes note that it works, on a connection on which it may be cancelled from now on.
     *
     * @throws StoppedException if it was given up
     */
    synchronized void works(Connection on) {
        check();
        working = on;
    }

    /** Takes note of the process of the server that it works on. */
    synchronized void ranBy(int processOfServer) {
        process = processOfServer;
    }

    /**
     * Takes note that it commits. What was given up before is not committed; what is given up from now on may be.
     *
     * @throws StoppedException if it was given up
     */
    synchronized void commits() {
        check();
        working = null;
        phase = Phase.COMMITTING;
    }

    /** Returns once nothing cancels what comes next on the connection. */
    void rollsBack() {
        cancelled().join();
    }

    /** Takes note that it is over. */
    synchronized void end() {
        phase = Phase.NONE;
    }

    /** @throws StoppedException if what is in hand was given up, so that whatever it met is of no account */
    synchronized void check() {
        if (givenUp) {
            throw new StoppedException();
        }
    }

    /** Returns what is in hand now; empty where nothing is. */
    synchronized Optional<Session.Transaction> transaction() {
        return phase == Phase.NONE ? Optional.empty() : Optional.of(new Session.Transaction(process, began));
    }

    synchronized boolean isWorking() {
        return phase == Phase.WORKING;
    }

    synchronized boolean isCommitting() {
        return phase == Phase.COMMITTING;
    }

    /** Gives up what is in hand, and whatever would come: the server is asked to cancel it. */
    synchronized void giveUp() {
        givenUp = true;
        Connection on = working;
        if (on != null) {
            cancelling = new CompletableFuture<>();
            CompletableFuture<Void> done = cancelling;
            // The driver connects anew for it, which may take as long as the server is silent.
            Thread canceller = new Thread(() -> cancel(on, done), "migrator-cancel");
            canceller.setDaemon(true);
            canceller.start();
        }
    }

    /** Takes note that the connection is cut, and nothing comes on it any more. */
    synchronized void cut() {
        cancelling.complete(null);
    }

    private synchronized CompletableFuture<Void> cancelled() {
        working = null;
        return cancelling;
    }

    private static void cancel(Connection on, CompletableFuture<Void> done) {
        try {
            if (on.isWrapperFor(PGConnection.class)) {
                on.unwrap(PGConnection.class).cancelQuery();
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a statement could not be cancelled: {}", e.getClass().getName());
        } finally {
            done.complete(null);
        }
    }
}
