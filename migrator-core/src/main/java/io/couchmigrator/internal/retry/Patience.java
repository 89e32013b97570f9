// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.Listener.Wait;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes attempts at one server until they succeed, with growing pauses, for as long as an outage may last.
 *
 * <p>Shared by all workers: each counts its own failures, and what is told of an outage is told once for all of them.
 */
public final class Patience {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration TELL_AFTER = Duration.ofSeconds(2);
    /** Nobody waits longer, and with much more neither an instant nor nanoseconds could be told. */
    private static final Duration LONGEST_OUTAGE = Duration.ofDays(36_500);

    private final String server;
    private final Duration maxOutage;
    private final Duration maxLock;
    private final StopSignal stop;
    private final WaitListener listener;
    private final Clock clock;
    private final Consumer<Duration> pauses;
    private final @Nullable Watch watch;
    private final Times times;

    private int failing;
    private final Map<Wait.Kind, Wait> told = new EnumMap<>(Wait.Kind.class);

    /** What is counted of a server, whoever bears with it: of how many workers it is away, and its turns. */
    private static final class Times {
        private final AtomicInteger away = new AtomicInteger();
        private final AtomicLong turns = new AtomicLong();
    }

    /**
     * Creates one.
     *
     * @param server which server, for people
     * @param maxOutage how long to go on after the first failure
     */
    public Patience(String server, Duration maxOutage, StopSignal stop, WaitListener listener, Clock clock) {
        this(server, maxOutage, stop, listener, clock, stop::pause);
    }

    Patience(
            String server,
            Duration maxOutage,
            StopSignal stop,
            WaitListener listener,
            Clock clock,
            Consumer<Duration> pauses) {
        this(server, maxOutage, maxOutage, stop, listener, clock, pauses, null, new Times());
    }

    private Patience(
            String server,
            Duration maxOutage,
            Duration maxLock,
            StopSignal stop,
            WaitListener listener,
            Clock clock,
            Consumer<Duration> pauses,
            @Nullable Watch watch,
            Times times) {
        this.server = server;
        this.maxOutage = shorter(maxOutage, LONGEST_OUTAGE);
        this.maxLock = shorter(maxLock, LONGEST_OUTAGE);
        this.stop = stop;
        this.listener = listener;
        this.clock = clock;
        this.pauses = pauses;
        this.watch = watch;
        this.times = times;
    }

    /**
     * Returns the same for checks: for outages of at most this length, which last since the attempt began that failed, and
     * with an attempt that takes long told of while it goes on. A lock, which is no sign of a mistake, is waited for as long as ever. What
     * is counted is counted together.
     */
    public Patience ofChecks(Duration outage, Watch watched) {
        return new Patience(server, shorter(outage, maxOutage), maxLock, stop, listener, clock, pauses, watched, times);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * Makes an attempt again and again until it succeeds. The first is made even if a stop was asked for, so that a
     * batch in hand is finished; whoever begins something new asks the {@link StopSignal} before.
     *
     * @throws io.couchmigrator.MigrationException if it did not in time
     * @throws StoppedException if the run is asked to stop
     */
    public <T> T persist(Attempt<T> attempt) {
        Map<Wait.Kind, Instant> begun = new EnumMap<>(Wait.Kind.class);
        boolean answered = false;
        int failures = 0;
        try {
            while (true) {
                Instant began = clock.instant();
                try {
                    answered = true;
                    return watch == null ? attempt.make() : watch.attempt(server, attempt);
                } catch (PassingException e) {
                    answered = false;
                    stop.check();
                    failures = e.narrows() ? 1 : failures + 1;
                    Wait outage = failed(begun, e, began);
                    turn(e);
                    pause(outage, e, pauseAfter(failures, e), began);
                    turn(e);
                }
            }
        } catch (StoppedException e) {
            answered = false;
            throw e;
        } finally {
            if (!begun.isEmpty()) {
                ended(answered);
            }
        }
    }

    /** Whatever else came than an error that may pass, a refusal as well, the server is back. */
    private void ended(boolean answered) {
        times.away.decrementAndGet();
        if (answered) {
            succeeded();
        } else {
            abandoned();
        }
    }

    private void turn(PassingException e) {
        if (!e.narrows()) {
            times.turns.incrementAndGet();
        }
    }

    /**
     * Returns how often the server was away from a worker, and how often one asked again after that: whenever this differs, what
     * answers may be another one than before. An answer that broke at one place, and for which the next attempt asks in smaller
     * pieces, does not count.
     */
    public long turns() {
        return times.turns.get();
    }

    /** Returns whether a worker waits for the server to come back. */
    public boolean isAway() {
        return times.away.get() > 0;
    }

    /** Pauses as after a first failure, for an attempt that failed but got something done. */
    public void rest() {
        stop.pause(FIRST_PAUSE);
    }

    /** @param begun when what was met before began, by its kind: a server that goes away while a lock is waited for is away only since then */
    private synchronized Wait failed(Map<Wait.Kind, Instant> begun, PassingException e, Instant began) {
        if (begun.isEmpty()) {
            failing++;
            times.away.incrementAndGet();
        }
        Wait.Kind kind = e.isOfLock() ? Wait.Kind.LOCK : Wait.Kind.OUTAGE;
        Instant since = begun.computeIfAbsent(kind, first -> watch == null ? clock.instant() : began);
        Wait outage =
                new Wait(kind, server, e.seen(), since, Optional.of(since.plus(e.isOfLock() ? maxLock : maxOutage)));
        listener.retrying(outage);
        return outage;
    }

    private synchronized void succeeded() {
        failing--;
        if (failing == 0) {
            told.values().forEach(listener::resumed);
            told.clear();
        }
    }

    private synchronized void abandoned() {
        failing--;
        if (failing == 0) {
            told.clear();
        }
    }

    private void pause(Wait outage, PassingException e, Duration pause, Instant began) {
        Instant now = clock.instant();
        Duration left = Duration.between(now, outage.until().orElseThrow());
        boolean tooLong =
                e.retryAfter().filter(asked -> asked.compareTo(left) > 0).isPresent();
        if (tooLong || left.isZero() || left.isNegative()) {
            throw e.whenGivenUp();
        }
        Duration shorter = pause.compareTo(left) > 0 ? left : pause;
        tell(outage, now.plus(shorter).plus(Duration.between(began, now)));
        pauses.accept(shorter);
    }

    /** The next chance to tell is when the next attempt fails, which is guessed to take as long as the last one. */
    private synchronized void tell(Wait outage, Instant nextChance) {
        if (told.containsKey(outage.kind()) || nextChance.isAfter(outage.since().plus(TELL_AFTER))) {
            told.put(outage.kind(), outage);
            listener.waiting(outage);
        }
    }

    /** Full jitter over an exponentially growing span, but never less than half the first pause. */
    private static Duration pauseAfter(int failures, PassingException e) {
        long span = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures - 1, 20));
        long least = FIRST_PAUSE.toMillis() / 2;
        Duration own = Duration.ofMillis(ThreadLocalRandom.current().nextLong(least, span + 1));
        return e.retryAfter().filter(asked -> asked.compareTo(own) > 0).orElse(own);
    }

    /** One attempt. */
    @FunctionalInterface
    public interface Attempt<T> {
        /** Makes it. */
        T make() throws PassingException;
    }
}
