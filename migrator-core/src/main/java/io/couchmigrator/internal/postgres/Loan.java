// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.retry.SideBySide;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection at a time, asked for on a thread of its own: a pool may wait for ever for one that is never given back. A
 * connection that comes too late is closed. Used by one thread at a time; another one may end it for good.
 */
public final class Loan {
    private static final Logger LOG = LoggerFactory.getLogger(Loan.class);

    private final DataSource source;
    private CompletableFuture<Connection> asked = new CompletableFuture<>();
    private @Nullable Connection lent;
    private boolean refused;

    public Loan(DataSource source) {
        this.source = source;
    }

    /**
     * Returns the connection, which the caller closes, and {@linkplain #returned says so}.
     *
     * @throws SQLTimeoutException if it did not come in time
     * @throws SQLRecoverableException if it was refused, or the thread was interrupted, whose status is then set
     * @throws SQLException if the source threw it, or returned nothing or a closed connection; what else it throws comes as
     *     it is
     */
    public Connection within(Duration patience) throws SQLException {
        CompletableFuture<Connection> connection = ask();
        Thread borrower = new Thread(() -> borrow(connection), "migrator-borrow");
        borrower.setDaemon(true);
        borrower.start();
        try {
            return lend(connection.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return givenUp(
                    connection,
                    borrower,
                    new SQLTimeoutException("no connection came within %s ms".formatted(patience.toMillis())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return givenUp(connection, borrower, new SQLRecoverableException("interrupted while connecting"));
        } catch (ExecutionException e) {
            borrower.interrupt();
            if (e.getCause() instanceof SQLException sql) {
                throw sql;
            }
            SideBySide.rethrow(Objects.requireNonNull(e.getCause()));
            throw new IllegalStateException(e);
        }
    }

    /** Lends nothing any more, to nobody who waits either. What is lent stays. */
    public synchronized void refuse() {
        refused = true;
        asked.completeExceptionally(refusal());
    }

    /** Refuses, and breaks what is lent without a word to the server, which may not hear it. */
    public void cut() {
        refuse();
        Connection broken = lent();
        if (broken != null) {
            // A TLS connection may wait for whoever is writing on it.
            Thread cutting = new Thread(() -> abort(broken), "migrator-cut");
            cutting.setDaemon(true);
            cutting.start();
        }
    }

    /** Takes note that the connection is about to be closed. */
    public synchronized void returned() {
        lent = null;
    }

    private synchronized CompletableFuture<Connection> ask() throws SQLRecoverableException {
        if (refused) {
            throw refusal();
        }
        asked = new CompletableFuture<>();
        return asked;
    }

    private synchronized @Nullable Connection lent() {
        return lent;
    }

    private Connection lend(Connection connection) throws SQLException {
        synchronized (this) {
            if (!refused) {
                lent = connection;
                return connection;
            }
        }
        try (connection) {
            throw refusal();
        }
    }

    private static SQLRecoverableException refusal() {
        return new SQLRecoverableException("the run was stopped while connecting");
    }

    /** A connection may come between the end of the wait and this. */
    private Connection givenUp(CompletableFuture<Connection> connection, Thread borrower, SQLException reason)
            throws SQLException {
        boolean cameAfterAll = !connection.completeExceptionally(reason);
        if (cameAfterAll && !connection.isCompletedExceptionally()) {
            return lend(connection.join());
        }
        borrower.interrupt();
        throw reason;
    }

    private void borrow(CompletableFuture<Connection> connection) {
        try {
            Connection borrowed = borrowed();
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

    private Connection borrowed() throws SQLException {
        Connection borrowed = source.getConnection();
        if (borrowed == null) {
            throw new SQLException("the data source, %s, returned null: expected a connection"
                    .formatted(source.getClass().getName()));
        }
        if (borrowed.isClosed()) {
            throw new SQLException("the data source, %s, returned a closed connection: expected an open one"
                    .formatted(source.getClass().getName()));
        }
        return borrowed;
    }

    private static void abort(Connection broken) {
        try {
            broken.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a connection could not be cut: {}", e.getClass().getName());
        }
    }
}
