// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceRow;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.internal.batch.Accounted;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.batch.BatchWriter;
import io.couchmigrator.internal.batch.GuardedWriter;
import io.couchmigrator.internal.batch.Lookups;
import io.couchmigrator.internal.batch.OddEntries;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.batch.ShardedSink;
import io.couchmigrator.internal.batch.Sink;
import io.couchmigrator.internal.batch.StageJournal;
import io.couchmigrator.internal.batch.Trust;
import io.couchmigrator.internal.batch.UpsertSink;
import io.couchmigrator.internal.batch.WriteSize;
import io.couchmigrator.internal.batch.Writers;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.retry.StageFunctions;
import io.couchmigrator.internal.target.TargetDatabase;
import io.couchmigrator.internal.verify.BatchVerifier;
import io.couchmigrator.internal.verify.Comparison;
import io.couchmigrator.internal.verify.Outside;
import io.couchmigrator.internal.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts together what one stage needs to run. */
final class StageRuns {
    private final Worksite site;
    private final Preflight preflight;
    private final Checkpoints checkpoints;
    private final RejectsFile rejects;
    private final LogDirectory directory;
    private final Optional<Verification> verification;
    private final Outside outside;

    /** @param verification what is needed to verify; empty to migrate */
    StageRuns(
            Worksite site,
            Preflight preflight,
            Checkpoints checkpoints,
            RejectsFile rejects,
            LogDirectory directory,
            Optional<Verification> verification) {
        this.site = site;
        this.preflight = preflight;
        this.checkpoints = checkpoints;
        this.rejects = rejects;
        this.directory = directory;
        this.verification = verification;
        this.outside = new Outside(site.target(), site.reporter());
    }

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
        return verification
                .filter(with -> with.isMigrated(stage) && with.migrated(stage).total() > 0)
                .isPresent();
    }

    /** Returns where rows were not looked for, and why. */
    List<String> notLookedAt() {
        return outside.notLookedAt();
    }

    Worksite site() {
        return site;
    }

    /** Returns a stage that is ready to run; {@code number} is its place in the migration. */
    StageRun<?> of(Stage<?, ?> stage, int number) {
        if (stage instanceof DocumentStage<?> documents) {
            return documents(documents, number);
        }
        return table((TableStage<?>) stage, number);
    }

    private <R> StageRun<Document> documents(DocumentStage<R> stage, int number) {
        return of(stage, site.sources().documents(stage, directory.offsets()), number);
    }

    private <R> StageRun<SourceRow> table(TableStage<R> stage, int number) {
        Optional<TargetDatabase> elsewhere = site.target().source(stage.name());
        Feed<SourceRow> feed = site.sources()
                .rows(
                        stage,
                        preflight.counted(stage.name()),
                        elsewhere.map(database -> database.sessions().own()),
                        elsewhere.orElse(site.target().main()).patience());
        return of(stage, feed, number);
    }

    private <S, R> StageRun<S> of(Stage<S, R> stage, Feed<S> feed, int number) {
        Writers<R> writers = Writers.prepared(stage, site.target());
        Lookups lookups = new Lookups(
                site.sources(),
                site.target().main().patience());
        Preparation<S, R> preparation = new Preparation<>(stage, lookups, writers::check, site.sources().budget());
        return verification.isPresent()
                ? verifying(stage, feed, writers, preparation, verification.get())
                : writing(stage, feed, writers, preparation, number);
    }

    private <S, R> StageRun<S> writing(
            Stage<S, R> stage, Feed<S> feed, Writers<R> writers, Preparation<S, R> preparation, int number) {
        LineFile log = LineFile.fresh(directory.migrationLog(number));
        checkpoints.logs(log);
        OddEntries odd = new OddEntries();
        StageJournal journal = new StageJournal(stage.name(), log, odd, rejects, site.reporter());
        WriteSize size = new WriteSize(stage.name(), site.reporter());
        Trust trust = new Trust(stage.name(), site.reporter());
        BatchTaker<S> writer =
                new BatchWriter<>(preparation, sink(stage, writers, trust, size, UpsertSink::of), journal);
        BatchTaker<S> ofRejects =
                new BatchWriter<>(preparation, sink(stage, writers, trust, size, UpsertSink::ofRejects), journal);
        Pass<S> changes = new ChangesPass<>(writer, feed.tellsChanges());
        Passes<S> passes = new Passes<>(
                List.of(new IdsPass<>(() -> rejects.rejected(stage.name()), ofRejects, false)),
                List.of(
                        new IdsPass<>(() -> rejects.toWrite(stage.name()), writer, true),
                        new RangesPass<>(writer, log),
                        changes),
                feed.tellsChanges() ? List.of(changes) : List.of(),
                run -> finished(run, odd, log),
                false);
        return new StageRun<>(stage, feed, site, checkpoints, passes, odd);
    }

    private void finished(StageRun<?> run, OddEntries odd, LineFile log) {
        site.reporter().tell(to -> to.stageFinished(run.name(), run.tallies().rejected(), rejects.path()));
        odd.tell(site.reporter(), run.name(), log.path());
    }

    /** Makes the sink of one database. */
    @FunctionalInterface
    private interface Sinks<R> {
        UpsertSink<R> of(
                StageFunctions functions, Accounted<R> accounted, WriteSize size, TargetDatabase database, int number);
    }

    private <R> Sink<R> sink(Stage<?, R> stage, Writers<R> writers, Trust trust, WriteSize size, Sinks<R> make) {
        List<Sink<R>> sinks = new ArrayList<>();
        StageFunctions functions = new StageFunctions(stage);
        for (TargetDatabase database : site.target().databases()) {
            int number = sinks.size();
            GuardedWriter<R> writer = new GuardedWriter<>(writers.all().get(number));
            Accounted<R> accounted = new Accounted<>(stage.name(), writer, trust);
            sinks.add(make.of(functions, accounted, size, database, number));
        }
        return sinks.size() == 1
                ? sinks.get(0)
                : new ShardedSink<>(writers, sinks, site.target().sideBySide());
    }

    private <S, R> StageRun<S> verifying(
            Stage<S, R> stage, Feed<S> feed, Writers<R> writers, Preparation<S, R> preparation, Verification with) {
        BatchVerifier<S, R> verifier = new BatchVerifier<>(
                stage.name(),
                feed,
                preparation,
                new Comparison<>(stage.name(), writers, site.target(), outside.rows(stage)),
                with.migrated(stage.name()),
                rejects,
                with.findings(),
                site.stop());
        Pass<S> changes = new ChangesPass<>(verifier, false);
        LineFile findings = with.findings();
        Passes<S> passes = new Passes<>(
                List.of(),
                List.of(new RangesPass<>(verifier, findings), changes),
                List.of(changes),
                run -> site.reporter().tell(to -> to.stageVerified(run.name(), run.verified(), findings.path())),
                true);
        return new StageRun<>(stage, feed, site, checkpoints, passes, new OddEntries());
    }
}
