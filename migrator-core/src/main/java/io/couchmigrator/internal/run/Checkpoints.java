// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonObject;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.History;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Reporter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes offsets durable, never ahead of what they stand for: rows are committed before a stage's state changes; what was
 * logged and rejected by then is flushed next; the offset file comes last. Safe for use by multiple threads.
 */
final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final String migration;
    private final String url;
    private final @Nullable Instant verified;
    private final OffsetFile file;
    private final RejectsFile rejects;
    private final Reporter reporter;
    private final Clock clock;
    private final Map<String, StageOffset> former = new LinkedHashMap<>();
    private final Map<String, StageState> states = new LinkedHashMap<>();
    private final List<String> order;
    private final List<LineFile> logs = new ArrayList<>();
    private final AtomicBoolean dirty = new AtomicBoolean();
    private final AtomicBoolean told = new AtomicBoolean();
    private final String targetName;
    private TargetIdentity target;
    private volatile @Nullable String uuid;

    /** @param verified when the offsets were saved that a verification verifies; null for a migration */
    Checkpoints(
            Migration migration,
            String url,
            @Nullable Instant verified,
            TargetIdentity target,
            String targetName,
            OffsetFile file,
            RejectsFile rejects,
            Reporter reporter,
            Clock clock) {
        this.migration = migration.slug();
        this.order =
                migration.stages().stream().<String>map(stage -> stage.name()).toList();
        this.url = url;
        this.verified = verified;
        this.target = target;
        this.targetName = targetName;
        this.file = file;
        this.rejects = rejects;
        this.reporter = reporter;
        this.clock = clock;
    }

    /** Goes on from what an earlier run saved, with what is known of its databases by now. */
    synchronized void resume(Offsets offsets, UnaryOperator<StageOffset> asOfNow) {
        for (StageOffset stage : offsets.stages()) {
            former.put(stage.name(), asOfNow.apply(stage));
        }
        target = target.completedBy(offsets.target());
        uuid = uuid == null ? offsets.uuid() : uuid;
    }

    /** Asks the server for its uuid, for whoever reads the file. {@code GET /} may take seconds, so nothing waits for it. */
    void askForUuid(CouchClient couch) {
        Thread asking = new Thread(
                () -> {
                    try {
                        couch.uuid().ifPresent(seen -> uuid = seen);
                    } catch (PassingException | MigrationException e) {
                        LOG.info("{} did not tell its uuid: {}", couch.name(), e.getMessage());
                    }
                },
                "migrator-uuid");
        asking.setDaemon(true);
        asking.start();
    }

    /** Flushes this log before each checkpoint. */
    synchronized void logs(LineFile log) {
        logs.add(log);
    }

    /** Returns what was saved of a stage; null if it was never planned. */
    synchronized @Nullable StageOffset saved(String stage) {
        StageState state = states.get(stage);
        return state == null ? former.get(stage) : state.offset();
    }

    /** Begins to keep the state of a stage. */
    synchronized StageState keep(StageOffset offset) {
        StageState state = new StageState(offset, () -> dirty.set(true));
        states.put(offset.name(), state);
        dirty.set(true);
        return state;
    }

    /**
     * Looks how fast stages are read; called each second.
     *
     * @param heldUp whether the run is held up
     */
    synchronized void look(boolean heldUp) {
        long now = System.nanoTime();
        states.values().forEach(state -> state.look(now, heldUp));
    }

    /** Saves if anything changed since the last time. */
    void saveIfChanged() {
        if (dirty.get()) {
            save();
            tell();
        }
    }

    /** Closes the logs that were flushed here. */
    @Override
    public synchronized void close() {
        logs.forEach(LineFile::close);
    }

    private synchronized void save() {
        dirty.set(false);
        try {
            Offsets now = snapshot();
            logs.forEach(LineFile::force);
            rejects.force();
            file.save(now);
        } catch (Throwable e) {
            dirty.set(true);
            throw e;
        }
    }

    /** A clock that goes back does not tell whether a run saved before or after it began. No lock is held while a listener may be told. */
    private void tell() {
        if (!told.getAndSet(true)) {
            reporter.remember(History.SAVED, new JsonObject());
        }
    }

    private Offsets snapshot() {
        return new Offsets(migration, clock.instant(), url, uuid, verified, target, rejects.mark(), stages())
                .in(targetName)
                .withRates(rates());
    }

    private Map<String, Double> rates() {
        Map<String, Double> rates = new HashMap<>();
        states.forEach((name, state) ->
                state.speed().ifPresent(speed -> rates.put(name, Math.round(10 * speed.documents()) / 10.0)));
        return rates;
    }

    /** Returns where all stages are, those that the migration has no longer included. */
    synchronized List<StageOffset> stages() {
        List<StageOffset> stages = new ArrayList<>();
        for (String name : order) {
            StageOffset stage = saved(name);
            if (stage != null) {
                stages.add(stage);
            }
        }
        former.values().stream().filter(stage -> !order.contains(stage.name())).forEach(stages::add);
        return stages;
    }
}
