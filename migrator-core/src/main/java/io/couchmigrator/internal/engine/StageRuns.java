// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceRow;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import org.jspecify.annotations.Nullable;

/** Puts together what one stage needs to run. */
final class StageRuns {
    private final Worksite site;
    private final Checkpoints checkpoints;
    private final RejectsFile rejects;
    private final LogDirectory directory;

    StageRuns(Worksite site, Checkpoints checkpoints, RejectsFile rejects, LogDirectory directory) {
        this.site = site;
        this.checkpoints = checkpoints;
        this.rejects = rejects;
        this.directory = directory;
    }

    /** Returns what an earlier run saved of a stage; null if nothing. */
    @Nullable
    StageOffset saved(String stage) {
        return checkpoints.saved(stage);
    }

    Worksite site() {
        return site;
    }

    /** Returns a stage that is ready to run; {@code number} is its place in the migration. */
    StageRun<?, ?> of(Stage<?, ?> stage, int number) {
        if (stage instanceof DocumentStage<?> documents) {
            return documents(documents, number);
        }
        return table((TableStage<?>) stage, number);
    }

    private <R> StageRun<Document, R> documents(DocumentStage<R> stage, int number) {
        return of(stage, new DocumentFeed(stage, site), number);
    }

    private <R> StageRun<SourceRow, R> table(TableStage<R> stage, int number) {
        return of(stage, new TableFeed(stage, site.target()), number);
    }

    private <S, R> StageRun<S, R> of(Stage<S, R> stage, Feed<S> feed, int number) {
        LineFile log = LineFile.fresh(directory.migrationLog(number));
        checkpoints.logs(log);
        Writer<R> writer = site.target().persist(() -> site.sessions()
                .own()
                .attempt("look at the target of stage \"%s\"".formatted(stage.name()), stage.writer()::prepared));
        Lookups lookups = new Lookups(new DocumentsById(site.couch(), site.source()), site.target());
        StageJournal journal = new StageJournal(stage.name(), log, rejects, site.reporter());
        return new StageRun<>(
                stage,
                feed,
                new BatchWriter<>(stage, lookups, UpsertSink.of(stage.name(), writer, site.target()), journal),
                new BatchWriter<>(stage, lookups, UpsertSink.ofRejects(stage.name(), writer, site.target()), journal),
                site,
                checkpoints,
                rejects,
                log);
    }
}
