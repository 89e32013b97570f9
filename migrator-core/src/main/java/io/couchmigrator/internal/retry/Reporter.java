// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import com.google.gson.JsonObject;
import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.HistoryFile;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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

    private final Listener listener;
    private @Nullable HistoryFile history;
    private final Map<List<Object>, Wait> waits = new HashMap<>();
    private boolean thrown;

    public Reporter(Listener listener) {
        this.listener = listener;
    }

    /** Keeps the history here from now on. */
    public synchronized void keep(HistoryFile file) {
        history = file;
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

    /**
     * Several may tell of the same, as of a lock: it began when the first of them says. And no server is silent of which more is known.
     */
    @Override
    public synchronized void waiting(Wait wait) {
        if (wait.kind() == Wait.Kind.SILENCE && isKnownOf(wait.on())) {
            return;
        }
        Wait begun = waits.get(key(wait));
        Wait told = begun == null ? wait : merged(begun, wait);
        LOG.info("waiting for {} since {}: {}", told.on(), told.since(), told.cause());
        waits.put(key(wait), told);
        remember("waiting", json(told));
        tell(to -> to.waiting(told));
    }

    @Override
    public synchronized void resumed(Wait wait) {
        Wait begun = waits.remove(key(wait));
        if (begun != null) {
            LOG.info("no longer waiting for {}", begun.on());
            remember("resumed", json(begun));
            tell(to -> to.resumed(begun));
        }
    }

    /** Returns whether the run is told to be held up, and not only slow. */
    public synchronized boolean isHeldUp() {
        return waits.values().stream().anyMatch(wait -> HELD_UP.contains(wait.kind()));
    }

    /** Tells how fast the run goes on; 0 is without a limit. */
    public void throttled(Path by, int documentsPerSecond) {
        JsonObject details = new JsonObject();
        details.addProperty("max_docs_per_second", documentsPerSecond);
        remember("throttled", details);
        tell(to -> to.throttled(by, documentsPerSecond));
    }

    private static List<Object> key(Wait wait) {
        return List.of(wait.kind(), wait.on());
    }

    private boolean isKnownOf(String server) {
        return waits.values().stream()
                .anyMatch(wait -> wait.kind() != Wait.Kind.SILENCE && wait.on().equals(server));
    }

    /** Who tries again knows until when; who holds a lock is known to whom the server told it. */
    private static Wait merged(Wait begun, Wait wait) {
        boolean triesAgain = wait.kind() == Wait.Kind.LOCK && wait.until().isPresent();
        return new Wait(
                wait.kind(),
                wait.on(),
                triesAgain ? begun.cause() : wait.cause(),
                begun.since(),
                wait.until().or(begun::until));
    }

    private static JsonObject json(Wait wait) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", wait.kind().name().toLowerCase(Locale.ROOT));
        json.addProperty("on", wait.on());
        json.addProperty("cause", wait.cause());
        json.addProperty("since", wait.since().toString());
        return json;
    }
}
