// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** The connections of a run: one for each worker and one more, borrowed together so that a small pool shows at once. */
final class Sessions implements AutoCloseable {
    private static final long LONGEST_WAIT_SECONDS = 30;

    private final DataSource target;
    private final List<Session> sessions = new ArrayList<>();
    private final int needed;

    Sessions(DataSource target, int workers) {
        this.target = target;
        this.needed = workers + 1;
        for (int i = 0; i < needed; i++) {
            sessions.add(new Session(target));
        }
    }

    /**
     * Borrows all connections.
     *
     * @throws TargetException if the target cannot be reached, or does not give that many
     */
    void open(Patience patience) {
        ExecutorService borrower = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "migrator-borrow");
            thread.setDaemon(true);
            return thread;
        });
        try {
            for (int i = 0; i < needed; i++) {
                Session session = sessions.get(i);
                int had = i;
                patience.persist(() -> opened(session, had, borrower));
            }
        } finally {
            borrower.shutdownNow();
        }
    }

    /** The connection of the run itself. */
    Session own() {
        return sessions.get(0);
    }

    /** The connection of a worker, counted from 0. */
    Session worker(int index) {
        return sessions.get(index + 1);
    }

    @Override
    public void close() {
        sessions.forEach(Session::close);
    }

    /** A pool may wait for ever for a connection that is never given back. */
    private boolean opened(Session session, int had, ExecutorService borrower) throws PassingException {
        Future<?> opening = borrower.submit(() -> {
            session.open();
            return null;
        });
        try {
            opening.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            opening.cancel(true);
            throw tooFew(had, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooFew(had, e);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof SQLException sql)) {
                throw new TargetException(
                        "could not connect to PostgreSQL: %s: see the cause".formatted(e.getCause()), e);
            }
            if (had > 0) {
                throw tooFew(had, sql);
            }
            throw Session.passing("connect", sql);
        }
    }

    private TargetException tooFew(int had, Exception e) {
        return new TargetException(
                "could not borrow enough connections from %s: needed %d (one for each worker and one more), got %d: enlarge the pool or the server's limit, or use fewer workers"
                        .formatted(target.getClass().getSimpleName(), needed, had),
                e);
    }
}
