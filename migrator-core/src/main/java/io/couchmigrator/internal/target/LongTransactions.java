// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import com.google.common.util.concurrent.Uninterruptibles;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.Session.Transaction;
import io.couchmigrator.internal.retry.WaitListener;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of transactions that take long, while they go on, and what they wait for: behind a table that somebody else has locked
 * nothing moves, and nothing fails for a while. Safe for use by multiple threads. Whoever made it closes it.
 */
final class LongTransactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LongTransactions.class);

    /** An ordinary batch takes a part of a second. */
    private static final Duration LONG = Duration.ofSeconds(3);

    /** A statement may be slow where all is well, as on a server that others use; a lock is somebody's to give back. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    private static final int LOOK_AGAIN_SECONDS = 1;
    private static final String NOT_ALLOWED = "42501";

    private static final WaitedFor UNKNOWN =
            new WaitedFor(Wait.Kind.STATEMENT, "something that it cannot be asked for just now");

    /** How long a look may take: a server that is stuck would not answer this, either. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);

    private final WaitListener listener;
    private final ScheduledThreadPoolExecutor timer;
    private volatile @Nullable Session looking;

    /** Begins. What the timer returns can tell nothing: a look throws nothing. */
    @SuppressWarnings("FutureReturnValueIgnored")
    LongTransactions(List<TargetDatabase> databases, WaitListener listener) {
        this.listener = listener;
        // One looks, the other bounds the look.
        this.timer = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "migrator-long-transactions");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        List<Watched> watched = databases.stream().map(Watched::new).toList();
        timer.scheduleWithFixedDelay(
                () -> watched.forEach(this::look), LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
    }

    /** Tells no more, and has given all connections back. */
    @Override
    public void close() {
        timer.shutdownNow();
        Session current = looking;
        if (current != null) {
            current.cut();
        }
        if (!Uninterruptibles.awaitTerminationUninterruptibly(timer, LONGEST_LOOK.multipliedBy(2))) {
            LOG.debug("a look at what is waited for has not ended yet");
        }
    }

    private void look(Watched watched) {
        long now = System.nanoTime();
        TargetDatabase database = watched.database;
        List<Transaction> late = database.sessions().inHand().stream()
                .filter(transaction -> now - transaction.began() >= LONG.toNanos())
                .sorted(Comparator.comparing(transaction -> transaction.began() - now))
                .toList();
        if (late.isEmpty()) {
            // What an attempt waited for that failed, the next one, after a pause, waits for as well.
            if (!database.patience().isAway()) {
                watched.resumed(listener);
            }
        } else if (now - watched.askAgainAt >= 0) {
            Duration age = Duration.ofNanos(now - late.get(0).began());
            watched.askAgainAt = now + LONG.toNanos();
            try {
                Optional<WaitedFor> seen = watched.isRefused ? Optional.of(UNKNOWN) : asked(late, database);
                boolean isTold = age.compareTo(SLOW) >= 0;
                watched.learn(seen.filter(what -> isTold || what.kind() == Wait.Kind.LOCK), age, listener);
            } catch (SQLException | RuntimeException e) {
                LOG.info(
                        "{} could not be asked what it waits for: {}",
                        database.where(),
                        e.getClass().getName());
                watched.isRefused = e instanceof SQLException sql && NOT_ALLOWED.equals(sql.getSQLState());
                watched.learnNothing(age, listener);
            }
        }
    }

    /** Returns what the server says; empty if it says that they get on. */
    private Optional<WaitedFor> asked(List<Transaction> late, TargetDatabase database) throws SQLException {
        try (Session session = new Session(database.sessions().source(), database.where())) {
            looking = session;
            session.open(LONGEST_LOOK);
            Future<?> bound = timer.schedule(session::cut, LONGEST_LOOK.toNanos(), TimeUnit.NANOSECONDS);
            Optional<WaitedFor> seen = session.transaction(connection ->
                    WaitedFor.by(late.stream().map(Transaction::process).toList(), SLOW, connection));
            bound.cancel(false);
            return seen;
        } finally {
            looking = null;
        }
    }

    /** A database, what was told to be waited for there until that is over, and before when nobody need be asked again. */
    private static final class Watched {
        private final TargetDatabase database;
        private @Nullable Wait told;
        private long askAgainAt = System.nanoTime();
        /** What this user may not see now it may not see later. */
        private boolean isRefused;

        Watched(TargetDatabase database) {
            this.database = database;
        }

        /** What is still so is told again; what is not is over. */
        void learn(Optional<WaitedFor> seen, Duration age, WaitListener listener) {
            if (seen.isEmpty() || (told != null && told.kind() != seen.get().kind())) {
                resumed(listener);
            }
            seen.ifPresent(now -> tell(now, age, listener));
        }

        /** That nobody could be asked ends nothing that was told; of what only takes long that is told later. */
        void learnNothing(Duration age, WaitListener listener) {
            if (told != null) {
                tell(new WaitedFor(told.kind(), told.cause()), age, listener);
            } else if (age.compareTo(SLOW) >= 0) {
                tell(UNKNOWN, age, listener);
            }
        }

        private void tell(WaitedFor seen, Duration age, WaitListener listener) {
            Instant since = told == null ? Instant.now().minus(age) : told.since();
            told = new Wait(seen.kind(), database.called(), seen.cause(), since, Optional.empty());
            listener.waiting(told);
        }

        void resumed(WaitListener listener) {
            Wait before = told;
            told = null;
            if (before != null) {
                askAgainAt = System.nanoTime();
                listener.resumed(before);
            }
        }
    }
}
