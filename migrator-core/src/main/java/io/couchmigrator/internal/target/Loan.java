// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, asked for on a thread of its own: a pool may wait for ever for one that is never given back. A
 * connection that comes too late is closed.
 */
final class Loan {
    private static final Logger LOG = LoggerFactory.getLogger(Loan.class);

    private final DataSource target;
    private final CompletableFuture<Connection> connection = new CompletableFuture<>();

    Loan(DataSource target) {
        this.target = target;
    }

    /**
     * Returns the connection, which the caller closes; empty if it did not come in time, or the thread was interrupted,
     * whose status is then set.
     *
     * @throws ExecutionException if the source of connections threw something, which is its cause
     */
    Optional<Connection> within(Duration patience) throws ExecutionException {
        Thread borrower = new Thread(this::borrow, "migrator-borrow");
        borrower.setDaemon(true);
        borrower.start();
        try {
            return Optional.of(connection.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return giveUp(borrower);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return giveUp(borrower);
        }
    }

    /** A connection may come between the end of the wait and this. */
    private Optional<Connection> giveUp(Thread borrower) {
        boolean cameAfterAll = !connection.cancel(false);
        if (cameAfterAll && !connection.isCompletedExceptionally()) {
            return Optional.of(connection.join());
        }
        borrower.interrupt();
        return Optional.empty();
    }

    private void borrow() {
        try {
            Connection borrowed = target.getConnection();
            if (!connection.complete(borrowed)) {
                borrowed.close();
            }
        } catch (Throwable e) {
            if (!connection.completeExceptionally(e)) {
                LOG.debug(
                        "a connection that came too late failed: {}",
                        e.getClass().getName());
            }
        }
    }
}
