// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.BusyException;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.postgres.AdvisoryLock;
import io.couchmigrator.internal.postgres.AdvisoryLock.Attempt;
import io.couchmigrator.internal.postgres.Loan;
import io.couchmigrator.internal.postgres.Outages;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.TargetName;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.retry.WaitListener;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second host from running the same migration into the same tables, as a courtesy: two would end in the same
 * rows, or, where stages own their tables, one of them would lose its claim. Where the lock cannot be had for certain, a run goes on without it and says so. Once had, nothing is written
 * while it is lost.
 */
final class TargetLock implements AutoCloseable {
    /** How long a lock may be kept by what is left of a run that was killed. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(TargetLock.class);
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int SILENT_PAUSES = 10;
    private static final long WATCH_SECONDS = 5;

    private final DataSource target;
    private final Loan loan;
    private final String slug;
    private final long key;
    private final Duration longestWait;
    private final Patience patience;
    private final StopSignal stop;
    private final Reporter reporter;
    private final WaitListener teller;
    private final Consumer<Throwable> failed;
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "migrator-lock");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable AdvisoryLock lock;
    private volatile boolean inUse;
    private final AtomicLong doubts = new AtomicLong();
    private volatile long settled;

    /** @param failed hears of a lock that was lost for good, or of what kept it from being looked at */
    TargetLock(
            DataSource target,
            String slug,
            TargetIdentity identity,
            Duration longestWait,
            Patience patience,
            StopSignal stop,
            Reporter reporter,
            Consumer<Throwable> failed) {
        this.target = target;
        this.loan = new Loan(target);
        this.slug = slug;
        this.key = AdvisoryLock.key(slug, identity);
        this.longestWait = longestWait;
        this.patience = patience;
        this.stop = stop;
        this.reporter = reporter;
        this.teller = reporter.another();
        this.failed = failed;
    }

    /**
     * Takes the lock where that is possible.
     *
     * @throws BusyException if another run holds it, and goes on doing so
     */
    void take() {
        try {
            AdvisoryLock free = connected();
            lock = free;
            if (!free.isOnOwnProcess()) {
                goWithout("a pooler stands before PostgreSQL");
            } else {
                take(free);
            }
        } catch (SQLException e) {
            stop.check();
            goWithout("it could not be taken: " + SqlFault.of(e).seen());
        }
    }

    private void take(AdvisoryLock free) throws SQLException {
        switch (attempt(free)) {
            case HELD -> {
                inUse = true;
                every();
            }
            case UNPROVED -> goWithout("PostgreSQL does not hold it for this connection");
            case REFUSED -> throw refused("is held by " + free.holder());
        }
    }

    /**
     * Waits while it is in doubt whether the lock is held.
     *
     * @param anew whether a connection was lost, so that the lock's may be, too
     * @throws StoppedException if the run is stopped meanwhile
     */
    void pass(boolean anew) {
        if (anew && inUse) {
            doubts.incrementAndGet();
            watcher.execute(this::watch);
        }
        while (settled < doubts.get()) {
            stop.pause(PAUSE);
        }
    }

    /** Breaks the lock's connection, so that nobody waits for a server that is silent. By any thread; at once. */
    void cut() {
        loan.cut();
    }

    @Override
    public void close() {
        watcher.shutdown();
        try {
            if (!watcher.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("the lock in PostgreSQL is still being looked at");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        forget();
    }

    private void goWithout(String reason) {
        forget();
        LOG.info("no lock is taken in PostgreSQL: {}", reason);
        reporter.tell(
                to -> to.warned("No lock is taken in PostgreSQL, since %s. Run this migration on one host at a time."
                        .formatted(reason)));
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void every() {
        watcher.scheduleWithFixedDelay(this::watch, WATCH_SECONDS, WATCH_SECONDS, TimeUnit.SECONDS);
    }

    /** Looks whether the lock is still held, and takes it again if not. */
    private void watch() {
        if (!inUse || stop.isRequested()) {
            return;
        }
        try {
            // What is doubted after this look began, another look must settle.
            long before = doubts.get();
            if (!isHeld()) {
                before = doubts.incrementAndGet();
                LOG.warn("the lock in PostgreSQL was lost with its connection");
                patience.persist(this::retaken);
            }
            settled = before;
        } catch (StoppedException e) {
            LOG.debug("stopped while the lock in PostgreSQL was in doubt");
        } catch (Throwable e) {
            // It stays in doubt, so that nothing more is written.
            failed.accept(e);
        }
    }

    private boolean isHeld() {
        try {
            return lock != null && lock.isHeld();
        } catch (SQLException e) {
            LOG.debug("the lock's connection broke", SqlFault.withoutValues(e));
            return false;
        }
    }

    private boolean retaken() throws PassingException {
        forget();
        try {
            AdvisoryLock again = connected();
            lock = again;
            if (!again.isOnOwnProcess() || attempt(again) != Attempt.HELD) {
                throw refused("was lost with its connection, and is now held by " + again.holder());
            }
            return true;
        } catch (SQLException e) {
            throw Outages.passing(TargetName.of(target), "take the lock again", e);
        }
    }

    /** What is left of a killed run may hold it for a while. */
    private Attempt attempt(AdvisoryLock free) throws SQLException {
        Instant began = Instant.now();
        Optional<Wait> told = Optional.empty();
        long end = System.nanoTime() + longestWait.toNanos();
        Attempt last = free.take("migrator " + slug);
        for (int pauses = 0; last == Attempt.REFUSED && System.nanoTime() < end; pauses++) {
            if (pauses == SILENT_PAUSES) {
                told = Optional.of(new Wait(
                        Wait.Kind.LOCK,
                        TargetDatabase.MAIN,
                        "the lock of this migration, held by " + free.holder(),
                        began,
                        Optional.of(began.plus(longestWait))));
                told.ifPresent(teller::waiting);
            }
            stop.pause(PAUSE);
            last = free.take("migrator " + slug);
        }
        if (last != Attempt.REFUSED) {
            told.ifPresent(teller::resumed);
        }
        return last;
    }

    private AdvisoryLock connected() throws SQLException {
        try {
            return AdvisoryLock.on(loan.within(CONNECTION_WAIT), key);
        } catch (RuntimeException e) {
            throw new SQLException(e);
        }
    }

    /** Returns that another run holds the lock now; empty if none does. */
    static Optional<BusyException> busy(TargetDatabase main, String slug, TargetIdentity identity) {
        long key = AdvisoryLock.key(slug, identity);
        return main.patience()
                .persist(() -> main.own()
                        .attempt("look who holds the lock", connection -> AdvisoryLock.holder(connection, key)))
                .map(holder -> refused(slug, "is held by " + holder));
    }

    private BusyException refused(String state) {
        return refused(slug, state);
    }

    private static BusyException refused(String slug, String state) {
        return new BusyException("the lock of migration \"%s\" in PostgreSQL %s".formatted(slug, state));
    }

    private void forget() {
        AdvisoryLock old = lock;
        lock = null;
        if (old != null) {
            old.close();
            loan.returned();
        }
    }
}
