// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import com.google.gson.JsonObject;
import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Outage;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.HistoryFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the caller's listener, one call at a time, and keeps in the history what is worth keeping. A listener that
 * throws harms nobody, whatever it throws: where that tells of the JVM, as of a heap that is used up, the run will meet it
 * itself. Safe for use by multiple threads.
 */
public final class Reporter implements OutageListener {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

    private final Listener listener;
    private @Nullable HistoryFile history;
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
    public void retrying(Outage outage) {
        LOG.warn("an attempt at {} failed and will be made again: {}", outage.server(), outage.cause());
        tell(to -> to.retrying(outage));
    }

    @Override
    public void waiting(Outage outage) {
        remember("outage", json(outage));
        tell(to -> to.waiting(outage));
    }

    @Override
    public void recovered(Outage outage) {
        LOG.info("{} is back", outage.server());
        remember("outage over", json(outage));
        tell(to -> to.recovered(outage));
    }

    @Override
    public void silent(String server, Instant since) {
        LOG.info("{} has not answered yet what was asked at {}", server, since);
        tell(to -> to.silent(server, since));
    }

    @Override
    public void lasting(String server, String cause, Instant since) {
        LOG.info("a transaction of {} has not ended since {}: {}", server, since, cause);
        tell(to -> to.lasting(server, cause, since));
    }

    /** Tells that the run is held up by what stands in this file. */
    public void paused(Path by) {
        remember("paused", new JsonObject());
        tell(to -> to.paused(by));
    }

    /** Tells that the run goes on, so fast; 0 is without a limit. */
    public void throttled(Path by, int documentsPerSecond) {
        JsonObject details = new JsonObject();
        details.addProperty("max_docs_per_second", documentsPerSecond);
        remember("throttled", details);
        tell(to -> to.throttled(by, documentsPerSecond));
    }

    private static JsonObject json(Outage outage) {
        JsonObject json = new JsonObject();
        json.addProperty("server", outage.server());
        json.addProperty("cause", outage.cause());
        json.addProperty("since", outage.since().toString());
        return json;
    }
}
