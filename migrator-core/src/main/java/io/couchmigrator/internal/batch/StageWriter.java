// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.OwnedTable;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StageFunctions;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes what a stage reads into all databases of the target, and keeps its journal. Safe for use by multiple threads, each
 * with sessions of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
public final class StageWriter<S, R> {
    private final Stage<S, R> stage;
    private final Preparation<S, R> preparation;
    private final Target target;
    private final LineFile log;
    private final OddEntries odd = new OddEntries();
    private final StageJournal journal;
    private final RejectsFile rejects;
    private final Reporter reporter;
    private final WriteSize size;
    private final Trust trust;
    private final Waiting waiting;

    /**
     * Creates one.
     *
     * @param log takes the stage's entries
     * @param limit counts what waits for another row only once it was tried again
     */
    public StageWriter(
            Stage<S, R> stage,
            Preparation<S, R> preparation,
            Target target,
            LineFile log,
            RejectsFile rejects,
            RejectLimit limit,
            Reporter reporter) {
        this.stage = stage;
        this.preparation = preparation;
        this.target = target;
        this.log = log;
        this.journal = new StageJournal(stage.name(), log, odd, rejects, reporter);
        this.rejects = rejects;
        this.waiting = new Waiting(stage.name(), rejects, limit);
        this.reporter = reporter;
        this.size = new WriteSize(stage.name(), reporter);
        this.trust = new Trust(stage.name(), reporter);
    }

    /** Returns what writes batches, of documents whose rows may be anywhere. */
    public BatchTaker<S> batches() {
        return new BatchWriter<>(preparation, sink(true, Whereabouts.UNKNOWN), journal);
    }

    /** Returns what writes batches of changes that came since all was read. */
    public BatchTaker<S> batchesOfChanges() {
        return new BatchWriter<>(
                preparation, sink(true, isRoutedById() ? this::mayHaveBeen : Whereabouts.UNKNOWN), journal);
    }

    /** Returns what writes batches of documents that were rejected before, and may well all be rejected again. */
    public BatchTaker<S> batchesOfRejects() {
        return new BatchWriter<>(preparation, sink(false, Whereabouts.UNKNOWN), journal);
    }

    /** Rows that stay when their documents are gone do so wherever a document was last, by whatever rules. */
    private boolean isRoutedById() {
        return stage.destination() instanceof OwnedTable<R> owned && owned.isRoutedById() && !owned.keepsDeleted();
    }

    /**
     * Where a row's database depends on its document's id alone, reading all has left no row elsewhere, but of what was rejected then: that
     * has what it had.
     */
    private boolean mayHaveBeen(Ready<?> item, int database) {
        return item.rows().isEmpty() || rejects.isRejected(stage.name(), item.id());
    }

    /**
     * Returns the documents that were refused since this was asked last for what another row has: their rows may be taken once
     * that has given it up. Those of a stage that adds are not told: its rows are not its own.
     */
    public List<SourceId> waiting() {
        return waiting.take();
    }

    /** Takes note that those that waited were tried once more. */
    public void triedAgain() {
        waiting.triedAgain();
    }

    private void waits(SourceId id) {
        if (stage.destination() instanceof OwnedTable<R>) {
            waiting.add(id);
        }
    }

    /** Returns how many entries were logged that are no rejects. */
    public long logged() {
        return odd.total();
    }

    /** Tells how many entries were logged that are no rejects, if there are any. */
    public void tellLogged() {
        odd.tell(reporter, stage.name(), log.path());
    }

    private Sink<R> sink(boolean mayBlame, Whereabouts whereabouts) {
        List<Sink<R>> sinks = new ArrayList<>();
        StageFunctions functions = new StageFunctions(stage);
        for (TargetDatabase database : target.databases()) {
            int number = sinks.size();
            Accounted<R> accounted = new Accounted<>(preparation.writer(number), trust);
            Optional<Blame<R>> blame =
                    mayBlame ? Optional.of(new Blame<>(stage.name(), accounted, database)) : Optional.empty();
            sinks.add(new UpsertSink<>(functions, accounted, blame, this::waits, size, database, number));
        }
        return sinks.size() == 1
                ? sinks.get(0)
                : new ShardedSink<>(preparation::place, whereabouts, sinks, target.sideBySide());
    }
}
