// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Progress;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.batch.Batcher;
import io.couchmigrator.internal.batch.OddEntries;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.source.CatchUp;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Feed.OnceComplete;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.WorkerSessions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One stage in one run: ids to do, then what is left of its ranges, then what changed meanwhile.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
final class StageRun<S, R> {
    private final Stage<S, R> stage;
    private final Feed<S> feed;
    private final BatchTaker<S> taker;
    private final Optional<BatchTaker<S>> ofRejects;
    private final Worksite site;
    private final Checkpoints checkpoints;
    private final RejectsFile rejects;
    private final LineFile log;
    private final OddEntries odd;
    private final Recognition recognition;
    private final AtomicReference<Tallies> thisRun = new AtomicReference<>(Tallies.NONE);

    private volatile @Nullable StageState state;
    private volatile Instant began;

    /** @param ofRejects takes what was rejected before; empty where nothing is taken by its id */
    StageRun(
            Stage<S, R> stage,
            Feed<S> feed,
            BatchTaker<S> taker,
            Optional<BatchTaker<S>> ofRejects,
            Worksite site,
            Checkpoints checkpoints,
            RejectsFile rejects,
            LineFile log,
            OddEntries odd) {
        this.stage = stage;
        this.feed = feed;
        this.taker = taker;
        this.ofRejects = ofRejects;
        this.site = site;
        this.checkpoints = checkpoints;
        this.rejects = rejects;
        this.log = log;
        this.odd = odd;
        this.recognition = new Recognition(site.source(), offset -> {
            // Once one worker has given the source up, the others must not each find out for themselves, one by one.
            site.stop().check();
            feed.recognize(offset);
        });
        this.began = site.clock().instant();
    }

    /** Tries once more what earlier runs rejected, whatever the limit: a run must be able to resolve it. */
    void tryRejectsAgain() {
        StageOffset saved = checkpoints.saved(stage.name());
        if (ofRejects.isPresent() && saved != null) {
            StageState now = checkpoints.keep(saved);
            idsToDo(now).take(rejects.rejected(stage.name()), ofRejects.get(), tallies -> other(now, tallies));
        }
    }

    /** Runs the stage to its end, from wherever it stands. */
    void run() {
        began = site.clock().instant();
        StageOffset saved = checkpoints.saved(stage.name());
        boolean anew = false;
        if (saved != null && saved.phase() == Phase.COMPLETE) {
            if (feed.onceComplete() == OnceComplete.LEAVE) {
                state = checkpoints.keep(saved);
                return;
            }
            tellWasComplete(saved);
            anew = feed.onceComplete() == OnceComplete.READ_ANEW;
        }
        StageState now = saved == null || anew ? planned() : resumed(saved);
        state = now;
        if (ofRejects.isPresent()) {
            idsToDo(now).take(rejects.toWrite(stage.name()), taker, tallies -> counted(now, tallies));
        }
        if (now.offset().phase() == Phase.READING) {
            read(now);
        }
        catchUp();
        tellFinished();
    }

    private IdsToDo<S> idsToDo(StageState now) {
        return new IdsToDo<>(feed, site, () -> recognition.afterOutage(now::offset));
    }

    /** Reads what changed since the stage was planned or last caught up, and completes it. */
    private void catchUp() {
        StageState now = started();
        StageOffset before = now.offset();
        feed.recognize(before).ifPresent(now::seen);
        CatchUp<S> catchUp = feed.catchUp(before, own().main());
        boolean told = catchUp.isPending() && feed.onceComplete() == OnceComplete.CATCH_UP;
        if (told) {
            site.reporter().tell(to -> to.catchingUp(stage.name(), catchUp.pending()));
        }
        read(now, catchUp, told);
    }

    /** Catches up once more, if the source tells of changes. */
    void catchUpAgain() {
        long before = worthTelling();
        if (feed.onceComplete() != OnceComplete.READ_ANEW) {
            catchUp();
        }
        if (worthTelling() > before) {
            tellFinished();
        }
    }

    private long worthTelling() {
        return thisRun.get().rejected() + odd.total();
    }

    /** Returns what this run did so far. */
    Tallies tallies() {
        return thisRun.get();
    }

    /** Returns what was counted in the stage's ranges, in all runs. */
    Tallies talliesOfRanges() {
        return saved().map(StageOffset::rangeTallies).orElse(Tallies.NONE);
    }

    /** Returns what a verification counted of it: all that is there, and what came or changed behind it and is not migrated. */
    Tallies verified() {
        return saved().map(StageOffset::verified).orElse(Tallies.NONE);
    }

    /** Returns how many items there were when the stage was planned; empty if it was not yet. */
    OptionalLong total() {
        return saved().stream().mapToLong(StageOffset::total).findFirst();
    }

    String name() {
        return stage.name();
    }

    private Optional<StageOffset> saved() {
        return Optional.ofNullable(checkpoints.saved(stage.name()));
    }

    /** Tells how far the stage is, if it was begun. */
    void tellProgress() {
        StageState now = state;
        if (now != null && now.offset().phase() == Phase.READING) {
            Progress progress = progress(now);
            site.reporter().tell(to -> to.progressed(progress));
        }
    }

    private void tellWasComplete(StageOffset saved) {
        Instant since = saved.completed() == null ? saved.planned() : saved.completed();
        OptionalLong changes = feed.onceComplete() == OnceComplete.READ_ANEW
                ? OptionalLong.empty()
                : feed.catchUp(saved, own().main()).pending();
        site.reporter().tell(to -> to.stageWasComplete(stage.name(), since, changes));
    }

    private void tellFinished() {
        if (feed.onceComplete() == OnceComplete.LEAVE) {
            Tallies all = verified();
            site.reporter().tell(to -> to.stageVerified(stage.name(), all, log.path()));
        } else {
            site.reporter()
                    .tell(to -> to.stageFinished(stage.name(), thisRun.get().rejected(), rejects.path()));
            odd.tell(site.reporter(), stage.name(), log.path());
        }
    }

    private StageState planned() {
        Feed.Plan plan = feed.plan(own().main());
        StageState fresh = checkpoints.keep(StageOffset.planned(
                stage.name(),
                stage.definition(),
                plan.database(),
                plan.sequence(),
                plan.total(),
                site.clock().instant(),
                feed.cut(List.of(RangeOffset.of(null, null)))));
        checkpoints.saveIfChanged();
        site.reporter().remember("stage planned", stage.name(), plan.total());
        return fresh;
    }

    /** What an earlier version saved as one range may be cut now. */
    private StageState resumed(StageOffset saved) {
        StageState now = checkpoints.keep(saved);
        if (saved.phase() == Phase.READING) {
            now.ranges(feed.cut(saved.ranges()));
            checkpoints.saveIfChanged();
        }
        return now;
    }

    private void read(StageState now) {
        log.create();
        feed.ready(now.offset().ranges());
        Progress start = progress(now);
        site.reporter().tell(to -> to.stageStarted(start, log.path()));
        new RangeReaders<>(now, feed, site, this::batcher, this::ranged, recognition).readAll();
        now.catchingUp();
        checkpoints.saveIfChanged();
        Progress end = progress(now);
        site.reporter().tell(to -> to.stageRead(end));
    }

    private void read(StageState now, CatchUp<S> catchUp, boolean told) {
        Tallies before = thisRun.get();
        try (Batcher<S> batcher = batcher(own(), (last, tallies) -> counted(now, tallies))) {
            boolean more = catchUp.isPending();
            while (more) {
                site.stop().check();
                more = catchUp.page(batcher);
                batcher.flush();
                recognition.afterOutage(now::offset);
                now.sequence(catchUp.position());
            }
        }
        Phase phase = now.offset().phase();
        if (phase != Phase.COMPLETE || catchUp.changes() > 0) {
            now.complete(site.clock().instant());
            checkpoints.saveIfChanged();
        }
        if (phase != Phase.COMPLETE) {
            site.reporter()
                    .remember("stage complete", stage.name(), now.offset().total());
        }
        if (told) {
            long rows = thisRun.get().written() - before.written();
            site.reporter().tell(to -> to.caughtUp(stage.name(), catchUp.changes(), rows));
        }
    }

    private Batcher<S> batcher(WorkerSessions sessions, Batcher.Committed committed) {
        return new Batcher<>(site.chunkSize(), site.budget(), batch -> written(batch, sessions), committed);
    }

    private Tallies written(List<Item<S>> batch, WorkerSessions sessions) {
        StageState now = started();
        recognition.afterOutage(now::offset);
        Tallies tallies = taker.take(batch, sessions);
        now.witnessed(batch);
        return tallies;
    }

    private void ranged(StageState now, Tallies tallies) {
        thisRun.accumulateAndGet(tallies, Tallies::plus);
        Progress progress = progress(now);
        site.reporter().tell(to -> to.progressed(progress));
        site.limit().count(tallies);
    }

    private void counted(StageState now, Tallies tallies) {
        other(now, tallies);
        site.limit().count(tallies);
    }

    private void other(StageState now, Tallies tallies) {
        thisRun.accumulateAndGet(tallies, Tallies::plus);
        now.others(tallies);
    }

    private Progress progress(StageState now) {
        return now.progress(
                stage.description(), Duration.between(began, site.clock().instant()));
    }

    private StageState started() {
        StageState now = state;
        if (now == null) {
            throw new IllegalStateException("stage \"%s\" was not run before catching up".formatted(stage.name()));
        }
        return now;
    }

    private WorkerSessions own() {
        return site.target().own();
    }
}
