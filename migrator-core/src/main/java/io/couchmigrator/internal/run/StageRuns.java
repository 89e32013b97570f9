// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceRow;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.batch.StageWriter;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.target.TargetDatabase;
import io.couchmigrator.internal.verify.Verification;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one stage needs to run.
 *
 * @param verification what is needed to verify; empty to migrate
 */
record StageRuns(
        Worksite site,
        Preflight preflight,
        Checkpoints checkpoints,
        RejectsFile rejects,
        LogDirectory directory,
        Optional<Verification> verification) {
    /** Returns what an earlier run saved of a stage; null if nothing. */
    @Nullable
    StageOffset saved(String stage) {
        return checkpoints.saved(stage);
    }

    /** Returns whether a stage cannot be verified because no run has come to it. */
    boolean isUnbegun(String stage) {
        return verification.filter(with -> !with.isMigrated(stage)).isPresent();
    }

    /** Returns whether a stage is to be verified that no run has completed. */
    boolean isUnfinished(String stage) {
        return verification.filter(with -> !with.isComplete(stage)).isPresent();
    }

    /** Returns whether something is to be verified that a run has read of a stage. */
    boolean hasSomethingToVerify(String stage) {
        return verification.filter(with -> with.hasAny(stage)).isPresent();
    }

    /** Returns whether a stage can be done as it is asked for: one that is to be verified by ids may have none in its rows. */
    boolean canBeDone(Stage<?, ?> stage) {
        return verification.filter(with -> !with.reaches(stage)).isEmpty();
    }

    /** Returns what of a stage was not compared, once it was; empty if all was, or nothing was to be. */
    Optional<String> notCompared(Stage<?, ?> stage) {
        StageOffset verified = saved(stage.name());
        return verification.flatMap(with -> with.notCompared(stage, verified == null ? List.of() : verified.ranges()));
    }

    /** Returns where rows were not looked for, and why. */
    List<String> notLookedAt() {
        return verification.map(Verification::notLookedAt).orElse(List.of());
    }

    /**
     * Makes durable what is about to claim the tables of stages. A run that is killed once it has claimed one, before it says so, leaves
     * a claim that the next one knows.
     */
    void toClaim(List<Stage<?, ?>> stages) {
        for (Stage<?, ?> stage : stages) {
            StageOffset saved = saved(stage.name());
            if (saved != null && !saved.claims().isEmpty()) {
                preflight
                        .owner(stage.name())
                        .ifPresent(owner -> checkpoints.keep(saved.claimedBy(saved.claims().stream()
                                .map(claims -> claims.and(owner.claim()))
                                .toList())));
            }
        }
        checkpoints.saveIfChanged();
    }

    /** Returns a stage that is ready to run; {@code number} is its place in the migration. */
    StageRun<?> of(Stage<?, ?> stage, int number) {
        if (stage instanceof DocumentStage<?> documents) {
            return documents(documents, number);
        }
        return table((TableStage<?>) stage, number);
    }

    private <R> StageRun<Document> documents(DocumentStage<R> stage, int number) {
        Feed<Document> feed = site.sources().documents(stage, preflight.source(), directory.offsets());
        Feed<Document> read = verification.filter(Verification::readsIdsOnly).isPresent()
                ? site.sources().ids(stage, directory.offsets())
                : feed;
        return of(stage, feed, read, number);
    }

    private <R> StageRun<SourceRow> table(TableStage<R> stage, int number) {
        Optional<TargetDatabase> elsewhere = site.target().source(stage.name());
        Feed<SourceRow> feed = site.sources()
                .rows(
                        stage,
                        preflight.counted(stage.name()),
                        elsewhere.map(TargetDatabase::own),
                        elsewhere.orElse(site.target().main()).patience());
        return of(stage, feed, feed, number);
    }

    /** @param read what is read of the feed */
    private <S, R> StageRun<S> of(Stage<S, R> stage, Feed<S> feed, Feed<S> read, int number) {
        Preparation<S, R> preparation =
                new Preparation<>(stage, site.sources(), site.target(), preflight.owner(stage.name()));
        return verification.isPresent()
                ? verifying(stage, feed, read, preparation, verification.get())
                : writing(stage, feed, preparation, number);
    }

    private <S, R> StageRun<S> writing(Stage<S, R> stage, Feed<S> feed, Preparation<S, R> preparation, int number) {
        LineFile log = LineFile.fresh(directory.migrationLog(number));
        checkpoints.logs(log);
        StageWriter<S, R> writer =
                new StageWriter<>(stage, preparation, site.target(), log, rejects, site.limit(), site.reporter());
        BatchTaker<S> batches = writer.batches();
        RangesPass<S> ranges = new RangesPass<>(batches, log.path());
        Optional<Purges<S>> purges =
                Upserts.deletes(stage.destination()) ? Optional.of(new Purges<>(batches, ranges)) : Optional.empty();
        Pass<S> changes = new ChangesPass<>(writer.batchesOfChanges(), feed.tellsChanges(), purges);
        IdsPass<S> again = new IdsPass<>(writer::waiting, writer.batchesOfRejects(), true);
        Pass<S> waiting = (run, state) -> {
            again.make(run, state);
            writer.triedAgain();
        };
        Passes<S> passes = new Passes<>(
                List.of(new IdsPass<>(() -> rejects.rejected(stage.name()), writer.batchesOfRejects(), false)),
                List.of(new IdsPass<>(() -> rejects.toWrite(stage.name()), batches, true), ranges, changes, waiting),
                feed.tellsChanges() ? List.of(changes, waiting) : List.of(),
                run -> finished(run, writer),
                false);
        return new StageRun<>(stage, feed, site, checkpoints, passes, preparation.claims(), writer::logged);
    }

    private void finished(StageRun<?> run, StageWriter<?, ?> writer) {
        site.reporter().tell(to -> to.stageFinished(run.name(), run.tallies().rejected(), rejects.path()));
        writer.tellLogged();
    }

    private <S, R> StageRun<S> verifying(
            Stage<S, R> stage, Feed<S> feed, Feed<S> read, Preparation<S, R> preparation, Verification with) {
        BatchTaker<S> batches = with.batches(stage, feed, preparation);
        Pass<S> changes = new ChangesPass<>(batches, false, Optional.empty());
        LineFile findings = with.findings();
        Passes<S> passes = new Passes<>(
                List.of(),
                List.of(
                        new CountsPass<>(ranges -> with.counted(ranges, stage, read, preparation)),
                        new RangesPass<>(batches, findings.path()),
                        changes),
                List.of(changes),
                run -> verified(run, findings),
                true);
        return new StageRun<>(stage, read, site, checkpoints, passes, List.of(), () -> 0);
    }

    private void verified(StageRun<?> run, LineFile findings) {
        Tallies tallies = run.verified();
        site.reporter().tell(to -> to.stageVerified(run.name(), tallies, findings.path()));
    }
}
