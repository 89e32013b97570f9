// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.SourceRow;
import io.couchmigrator.TableStage;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.ranges.RangeAudit;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Where the stages of a run read from, and what they share: the room for what is read, the speed, what was audited. Safe for
 * use by multiple threads.
 */
public final class Sources {
    final CouchClient couch;
    final Reading reading;
    final Patience patience;
    final Throttle throttle;
    final RangeAudit.Tally tally = new RangeAudit.Tally();
    final StopSignal stop;
    final Reporter reporter;
    final int chunkSize;
    final IdRoom idRoom = IdRoom.ofHeap();
    final ByteBudget budget;
    private final DocumentsById byId;
    private final AtomicLong reads = new AtomicLong();

    /**
     * Creates them.
     *
     * @param couch the server of all documents
     * @param reading how its documents are to be read
     * @param patience how long to bear with it
     * @param workers how many ranges are read at once
     * @param maxDocumentsPerSecond how fast documents may be read; 0 sets no limit
     * @param chunkSize the most items in a batch
     */
    public Sources(
            CouchClient couch,
            Reading reading,
            Patience patience,
            int workers,
            int maxDocumentsPerSecond,
            int chunkSize,
            StopSignal stop,
            Reporter reporter) {
        this.couch = couch;
        this.reading = reading;
        this.patience = patience;
        this.throttle = new Throttle(maxDocumentsPerSecond, workers, stop, System::nanoTime);
        this.stop = stop;
        this.reporter = reporter;
        this.chunkSize = chunkSize;
        this.budget = ByteBudget.ofHeap(workers, stop);
        this.byId = new DocumentsById(couch, patience, budget.share());
    }

    /**
     * Returns the documents of a stage.
     *
     * @param found what was found at its database beforehand
     * @param offsets the offset file, for people
     */
    public Feed<Document> documents(DocumentStage<?> stage, SourcePreflight found, Path offsets) {
        return new DocumentFeed(stage, Wanted.of(stage), this, found.look(stage.name()), offsets);
    }

    /**
     * Returns how the documents of a stage would be read, by a sample; empty where there is nothing to choose, or that cannot be told.
     *
     * @param found what was found at its database beforehand
     * @param offsets the offset file, for people
     */
    public Optional<Chosen> reading(DocumentStage<?> stage, SourcePreflight found, Path offsets) {
        return new DocumentFeed(stage, Wanted.of(stage), this, found.look(stage.name()), offsets).reading();
    }

    /** Returns the ids and revisions of all documents of a stage's database; its functions are not asked which of them count. */
    public Feed<Document> ids(DocumentStage<?> stage, Path offsets) {
        return new DocumentFeed(stage, Wanted.IDS, this, Optional.empty(), offsets);
    }

    /**
     * Returns the rows of a stage.
     *
     * @param counted how many rows there are, if somebody counted them already
     * @param elsewhere the connection to the table's database, if that is not the main one
     * @param patience how long to bear with that database
     */
    public Feed<SourceRow> rows(
            TableStage<?> stage, OptionalLong counted, Optional<Session> elsewhere, Patience patience) {
        return new TableFeed(stage, counted, elsewhere, patience, budget);
    }

    /**
     * Tells what CouchDB knows of each id: a document, that it is gone, or that it cannot be read.
     *
     * @param consumer takes one after another, while no answer is open
     */
    public void byId(String database, List<String> ids, Wanted wanted, Consumer<CouchRow> consumer) {
        byId.read(database, ids, wanted, consumer);
    }

    /** Returns how many rows one worker may hold that are made and not yet written. */
    public long mostRows() {
        return budget.rows();
    }

    /** Does something for which so many rows are held; while they are far more than a worker may hold, alone among all workers. */
    public void holding(long rows, Runnable then) {
        budget.holding(rows, then);
    }

    /** Returns how often CouchDB was away from a worker, and how often one asked again after that. */
    public long turns() {
        return patience.turns();
    }

    /** Returns whether a worker waits for CouchDB to come back. */
    public boolean isAway() {
        return patience.isAway();
    }

    /** Changes how fast documents may be read; 0 sets no limit. */
    public void throttle(int documentsPerSecond) {
        throttle.limit(documentsPerSecond);
    }

    /** Holds up, or no longer, whoever {@linkplain #awaitEndOfPause waits} for it. */
    public void pause(boolean holds) {
        throttle.pause(holds);
    }

    public boolean isPaused() {
        return throttle.isPaused();
    }

    /**
     * Waits while all is held up.
     *
     * @throws io.couchmigrator.internal.retry.StoppedException if the run is asked to stop
     */
    public void awaitEndOfPause() {
        throttle.awaitEndOfPause();
    }

    /** Takes note that something of a stage was read, which takes time. */
    public void read() {
        reads.incrementAndGet();
    }

    /**
     * Returns how old the run is, in what it has read and in turns of CouchDB: what was seen of a source need not be looked at again
     * before the run is older.
     */
    public long age() {
        return reads.get() + turns();
    }

    /** Returns what was audited so far. */
    public Audit audited() {
        return tally.sum();
    }
}
