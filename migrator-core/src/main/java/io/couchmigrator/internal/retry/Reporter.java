// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import com.google.gson.JsonObject;
import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.HistoryFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the caller's listener, one call at a time, and keeps in the history what is worth keeping. A listener that
 * throws harms nobody, whatever it throws: where that tells of the JVM, as of a heap that is used up, the run will meet it
 * itself. Safe for use by multiple threads.
 */
public final class Reporter implements WaitListener {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

    /** A server that takes its time may take as much for what comes next: that belongs to how fast a run is. */
    private static final Set<Wait.Kind> HELD_UP = EnumSet.of(Wait.Kind.OUTAGE, Wait.Kind.LOCK, Wait.Kind.PAUSE);

    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);

    private final Listener listener;
    private @Nullable HistoryFile history;
    private Consumer<Throwable> failed = failure -> {};
    private final LongSupplier nanos;
    private final Map<About, Told> waits = new HashMap<>();
    private boolean thrown;

    public Reporter(Listener listener) {
        this(listener, System::nanoTime);
    }

    /** @param nanos tells nanoseconds as {@link System#nanoTime} does */
    public Reporter(Listener listener, LongSupplier nanos) {
        this.listener = listener;
        this.nanos = nanos;
    }

    /**
     * Keeps the history here from now on.
     *
     * @param onFailure takes that it could not be written, where nobody else would hear of that
     */
    public synchronized void keep(HistoryFile file, Consumer<Throwable> onFailure) {
        history = file;
        failed = onFailure;
    }

    /** Keeps it no longer: it is about to be closed. */
    public synchronized void keepNothing() {
        history = null;
    }

    /** Tells the listener. */
    public synchronized void tell(Consumer<Listener> call) {
        try {
            call.accept(listener);
        } catch (Throwable e) {
            // It may throw at every batch: once is enough to find out.
            if (!thrown) {
                LOG.warn("a listener threw, which harms nothing and is told once", e);
            }
            thrown = true;
        } finally {
            Interrupts.clear();
        }
    }

    /** Returns whether this thread is telling the listener. */
    public boolean isTelling() {
        return Thread.holdsLock(this);
    }

    /** Keeps an event in the history. */
    public synchronized void remember(String event, JsonObject details) {
        if (history != null) {
            history.add(event, details);
        }
    }

    /** Keeps an event of a stage, which has so many items, in the history. */
    public void remember(String event, String stage, long total) {
        JsonObject details = new JsonObject();
        details.addProperty("stage", stage);
        details.addProperty("total", total);
        remember(event, details);
    }

    public void rejected(Rejection rejection) {
        LOG.info("rejected {} \"{}\": {}: {}", rejection.stage(), rejection.id(), rejection.code(), rejection.reason());
        tell(to -> to.rejected(rejection));
    }

    public void resolved(String stage, String id) {
        LOG.info("resolved {} \"{}\"", stage, id);
        tell(to -> to.resolved(stage, id));
    }

    @Override
    public void retrying(Wait wait) {
        LOG.warn("an attempt at {} failed and will be made again: {}", wait.on(), wait.cause());
        tell(to -> to.retrying(wait));
    }

    @Override
    public void waiting(Wait wait) {
        waiting(this, wait);
    }

    @Override
    public void resumed(Wait wait) {
        resumed(this, wait);
    }

    /** Returns one who tells of what others may tell of as well, such as a lock: it is over when all say so who told of it. */
    public WaitListener another() {
        return new WaitListener() {
            @Override
            public void retrying(Wait wait) {
                Reporter.this.retrying(wait);
            }

            @Override
            public void waiting(Wait wait) {
                Reporter.this.waiting(this, wait);
            }

            @Override
            public void resumed(Wait wait) {
                Reporter.this.resumed(this, wait);
            }
        };
    }

    /**
     * What lasts is told again each minute, or once it has another cause, however often this is called. No server is silent of which more
     * is known, and none is any more once more is.
     */
    private synchronized void waiting(WaitListener teller, Wait wait) {
        boolean silence = wait.kind() == Wait.Kind.SILENCE;
        if (silence && waits.keySet().stream().anyMatch(about -> about.isMoreThanSilenceOf(wait.on()))) {
            return;
        }
        Told silent = silence ? null : waits.remove(new About(Wait.Kind.SILENCE, wait.on()));
        Told told = waits.computeIfAbsent(About.of(wait), about -> new Told());
        Wait before = told.tellers.get(teller);
        boolean isFirst = told.tellers.isEmpty();
        Wait now = told.tellers.merge(teller, silent == null ? wait : sinceSilence(wait, silent), Reporter::merged);
        boolean isDue = isFirst || (before != null && (isNews(before, now) || told.isOld(nanos.getAsLong())));
        if (isDue || before == null) {
            Wait merged = told.merged().orElse(now);
            LOG.info("waiting for {} since {}: {}", merged.on(), merged.since(), merged.cause());
            if (isDue) {
                told.at = nanos.getAsLong();
                tell(to -> to.waiting(merged));
            }
            rememberWait("waiting", merged);
        }
    }

    /** Each attempt may fail in another way while a server is away. */
    private static boolean isNews(Wait before, Wait now) {
        return now.kind() != Wait.Kind.OUTAGE && !now.cause().equals(before.cause());
    }

    /** A server that was silent until an attempt failed is away since then. */
    private static Wait sinceSilence(Wait wait, Told silent) {
        Instant since = silent.tellers.values().stream()
                .map(Wait::since)
                .filter(then -> wait.kind() == Wait.Kind.OUTAGE && then.isBefore(wait.since()))
                .min(Instant::compareTo)
                .orElse(wait.since());
        return new Wait(wait.kind(), wait.on(), wait.cause(), since, wait.until());
    }

    private synchronized void resumed(WaitListener teller, Wait wait) {
        Told told = waits.get(About.of(wait));
        if (told == null) {
            return;
        }
        Wait ended = told.merged().orElse(wait);
        if (told.tellers.remove(teller) != null && told.tellers.isEmpty()) {
            waits.remove(About.of(wait));
            LOG.info("no longer waiting for {}", wait.on());
            tell(to -> to.resumed(ended));
            rememberWait("resumed", ended);
        }
    }

    /** Whoever tells of a wait in a thread of its own could do nothing about a file that cannot be written. */
    private void rememberWait(String event, Wait wait) {
        try {
            remember(event, json(wait));
        } catch (RuntimeException e) {
            failed.accept(e);
        }
    }

    /** Returns whether the run is told to be held up, and not only slow. */
    public synchronized boolean isHeldUp() {
        return waits.keySet().stream().anyMatch(about -> HELD_UP.contains(about.kind()));
    }

    /** Tells how fast the run goes on; 0 is without a limit. */
    public void throttled(Path by, int documentsPerSecond) {
        JsonObject details = new JsonObject();
        details.addProperty("max_docs_per_second", documentsPerSecond);
        remember("throttled", details);
        tell(to -> to.throttled(by, documentsPerSecond));
    }

    /** What is waited for, whoever tells of it. */
    private record About(Wait.Kind kind, String on) {
        static About of(Wait wait) {
            return new About(wait.kind(), wait.on());
        }

        boolean isMoreThanSilenceOf(String server) {
            return kind != Wait.Kind.SILENCE && on.equals(server);
        }
    }

    /** Who tells of one thing that is waited for, each with what it told last, in the order in which they began; and when it was told. */
    private static final class Told {
        private final Map<WaitListener, Wait> tellers = new LinkedHashMap<>();
        private long at;

        Optional<Wait> merged() {
            return tellers.values().stream().reduce(Reporter::merged);
        }

        boolean isOld(long now) {
            return now - at >= TELL_AGAIN.toNanos();
        }
    }

    /** It began when the first says. Who tries again knows until when; who holds a lock is known to whom the server told it. */
    private static Wait merged(Wait one, Wait other) {
        boolean triesAgain = other.kind() == Wait.Kind.LOCK && other.until().isPresent();
        return new Wait(
                other.kind(),
                other.on(),
                triesAgain ? one.cause() : other.cause(),
                one.since().isBefore(other.since()) ? one.since() : other.since(),
                other.until().or(one::until));
    }

    private static JsonObject json(Wait wait) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", wait.kind().name().toLowerCase(Locale.ROOT));
        json.addProperty("on", wait.on());
        json.addProperty("cause", wait.cause());
        json.addProperty("since", wait.since().toString());
        wait.until().ifPresent(until -> json.addProperty("until", until.toString()));
        return json;
    }
}
