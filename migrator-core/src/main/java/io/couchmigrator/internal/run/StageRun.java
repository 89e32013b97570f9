// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.collect.Lists;
import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Whole;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.postgres.Ownership.Claimed;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a run: where it stands, what this run counted of it, and the passes over it, in their turns.
 *
 * @param <S> what the stage reads
 */
final class StageRun<S> {
    private static final int IDS_AT_ONCE = 200;

    private final Stage<S, ?> stage;
    private final Feed<S> feed;
    private final Worksite site;
    private final Checkpoints checkpoints;
    private final Passes<S> passes;
    private final Planning<S> planning;
    private final LongSupplier logged;
    private final Recognition recognition;
    private final AtomicReference<Tallies> thisRun = new AtomicReference<>(Tallies.NONE);

    private volatile Instant began;
    private volatile Whole others = new Whole(0, OptionalLong.of(0), Optional.empty());
    private volatile @Nullable StageState state;

    /**
     * @param claims to the tables that the stage owns
     * @param logged how much the stage logged that is no reject
     */
    StageRun(
            Stage<S, ?> stage,
            Feed<S> feed,
            Worksite site,
            Checkpoints checkpoints,
            Passes<S> passes,
            List<Claimed> claims,
            LongSupplier logged) {
        this.stage = stage;
        this.feed = feed;
        this.site = site;
        this.checkpoints = checkpoints;
        this.passes = passes;
        this.planning = new Planning<>(stage, feed, site, checkpoints, claims);
        this.logged = logged;
        this.recognition = new Recognition(site.sources()::turns, offset -> {
            // Once one worker has given the source up, the others must not each find out for themselves, one by one.
            site.stop().check();
            feed.recognize(offset);
        });
        this.began = site.clock().instant();
    }

    /** Takes note of its claims before anything is read: where they do not follow from those that were saved, all is read again. */
    void claimed() {
        planning.claimed();
    }

    /** Makes the first passes, over what an earlier run left. */
    void first() {
        StageOffset saved = checkpoints.saved(name());
        if (saved != null) {
            StageState left = checkpoints.keep(saved);
            passes.first().forEach(pass -> pass.make(this, left));
        }
    }

    /**
     * Runs the stage to its end, from wherever it stands.
     *
     * @param others how far all others are
     */
    void run(Whole others) {
        this.others = others;
        began = site.clock().instant();
        StageOffset saved = checkpoints.saved(name());
        boolean wasComplete = saved != null && saved.phase() == Phase.COMPLETE;
        if (saved != null && wasComplete && passes.once()) {
            state = checkpoints.keep(saved);
            return;
        }
        boolean unchanged = saved != null && wasComplete && tellWasComplete(saved);
        boolean anew = wasComplete && !feed.tellsChanges();
        StageState now = saved == null || anew || saved.isToBePlanned() ? planning.begun() : planning.resumed(saved);
        state = now;
        if (unchanged) {
            asFound(now);
        }
        passes.main().forEach(pass -> pass.make(this, now));
        passes.finished().accept(this);
    }

    /** There is nothing to catch up with, either, if what was found beforehand still holds. */
    private void asFound(StageState now) {
        if (site.sources().age() == 0) {
            feed.beforehand(now.offset()).ifPresent(found -> {
                now.seen(found);
                now.caughtUp(0);
            });
        }
    }

    /** Makes the last passes; {@link #run} came before. */
    void last() {
        StageState now = state;
        if (now == null) {
            throw new IllegalStateException("stage \"%s\" was not run before its last passes".formatted(name()));
        }
        long before = worthTelling();
        passes.last().forEach(pass -> pass.make(this, now));
        if (worthTelling() > before) {
            passes.finished().accept(this);
        }
    }

    private long worthTelling() {
        return tallies().rejected() + logged.getAsLong();
    }

    /** Plans the stage anew, so that all its ranges are to be read. */
    void readAgain(StageState now) {
        planning.again(now);
    }

    /** Makes sure, after an outage of the source, that it is still the one that the stage belongs to. */
    void recognize(StageState now) {
        recognition.afterOutage(now::offset);
    }

    /**
     * Hands a batch on, and counts it; on return all is done with it but for what is yet to be flushed.
     *
     * @param counted takes note of what came of it
     * @throws StoppedException if the run is asked to stop, once all is noted: a page may hold many batches, and whoever asks
     *     waits for the one in hand only
     */
    void take(
            List<Item<S>> batch,
            BatchTaker<S> taker,
            StageState now,
            Target.Connections sessions,
            Consumer<Tallies> counted) {
        recognize(now);
        site.sources().read();
        now.read(batch.stream().mapToLong(Item::bytes).sum());
        Tallies tallies = taker.take(batch, sessions);
        now.witnessed(known -> feed.witnesses(known, batch));
        thisRun.accumulateAndGet(tallies, Tallies::plus);
        counted.accept(tallies);
        site.stop().check();
    }

    /**
     * Reads items by their ids and hands them on; they count outside the ranges.
     *
     * @param limited whether the limit of rejects holds for them
     */
    void byIds(List<SourceId> ids, BatchTaker<S> taker, StageState now, Target.Connections sessions, boolean limited) {
        byIds(ids, taker, now, sessions, tallies -> {
            now.others(tallies);
            if (limited) {
                site.limit().count(tallies);
            }
        });
    }

    /**
     * Reads items by their ids and hands them on.
     *
     * @param counted takes note of what came of each batch
     */
    void byIds(
            List<SourceId> ids,
            BatchTaker<S> taker,
            StageState now,
            Target.Connections sessions,
            Consumer<Tallies> counted) {
        for (List<SourceId> some : Lists.partition(ids, IDS_AT_ONCE)) {
            site.goOn();
            feed.byIds(some, site.chunkSize(), sessions.main(), batch -> take(batch, taker, now, sessions, counted));
        }
    }

    /** Takes note that the stage is complete, so many changes after it last was. */
    void completed(StageState now, long changes) {
        boolean wasComplete = now.offset().phase() == Phase.COMPLETE;
        if (!wasComplete || changes > 0) {
            now.complete(site.clock().instant());
            checkpoints.saveIfChanged();
        }
        if (!wasComplete) {
            site.reporter().remember("stage complete", name(), now.offset().total());
        }
    }

    Feed<S> feed() {
        return feed;
    }

    Worksite site() {
        return site;
    }

    String name() {
        return stage.name();
    }

    /** Returns what this run did so far. */
    Tallies tallies() {
        return thisRun.get();
    }

    /** Returns what was counted in the stage's ranges, in all runs. */
    Tallies talliesOfRanges() {
        return saved().map(StageOffset::rangeTallies).orElse(Tallies.NONE);
    }

    /** Returns what of that was counted before this run. */
    Tallies talliesBefore() {
        return Optional.ofNullable(state).map(StageState::before).orElseGet(this::talliesOfRanges);
    }

    /** Returns what a verification counted of it: all that is there, and what came or changed behind it and is not migrated. */
    Tallies verified() {
        return saved().map(StageOffset::verified).orElse(Tallies.NONE);
    }

    /** Returns where it stands; empty if it was not planned yet. */
    Optional<StageOffset> saved() {
        return Optional.ofNullable(checkpoints.saved(name()));
    }

    /** Tells how far the stage is, if it was begun. */
    void tellProgress() {
        StageState now = state;
        if (now != null && now.offset().phase() == Phase.READING) {
            progressed(now);
        }
    }

    /** Tells how far the ranges are. */
    void progressed(StageState now) {
        Progress progress = progress(now);
        site.reporter().tell(to -> to.progressed(progress));
    }

    void tellStarted(StageState now, Path log) {
        Progress start = progress(now);
        site.reporter().tell(to -> to.stageStarted(start, log));
    }

    /** Takes note that all ranges are read, and tells so. */
    void tellRead(StageState now) {
        now.catchingUp();
        checkpoints.saveIfChanged();
        Progress end = progress(now);
        site.reporter().tell(to -> to.stageRead(end));
    }

    /** Tells how many changes there are since, and returns whether the source shows that there are none. */
    private boolean tellWasComplete(StageOffset saved) {
        Instant since = saved.completed() == null ? saved.planned() : saved.completed();
        Optional<Feed.CatchUp<S>> after = feed.tellsChanges()
                ? Optional.of(feed.catchUp(saved, site.target().own().main()))
                : Optional.empty();
        OptionalLong changes = after.map(Feed.CatchUp::pending).orElse(OptionalLong.empty());
        site.reporter().tell(to -> to.stageWasComplete(name(), since, changes));
        return after.filter(Feed.CatchUp::isUnchanged).isPresent();
    }

    private Progress progress(StageState now) {
        return now.progress(
                stage.description(), Duration.between(began, site.clock().instant()), others);
    }
}
