// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.Patience;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The documents of one CouchDB database. */
final class DocumentFeed implements Feed<Document> {
    /** A page is at least as large as a batch, so that the operator's chunk size is what is committed. */
    private static final int SMALLEST_PAGE = 1000;

    private static final int LARGEST_PAGE = 10_000;

    private final DocumentStage<?> stage;
    private final CouchClient couch;
    private final Patience patience;
    private final DocumentsById byId;
    private final int pageSize;

    DocumentFeed(DocumentStage<?> stage, CouchClient couch, Patience patience, int chunkSize) {
        this.pageSize = Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, chunkSize));
        this.stage = stage;
        this.couch = couch;
        this.patience = patience;
        this.byId = new DocumentsById(couch, patience);
    }

    /** The sequence comes first: whatever changes from here on is caught up with. */
    @Override
    public Plan plan(Session session) {
        String database = stage.database();
        JsonElement now = patience.persist(() -> couch.changes(database, null, 1, null, Meter.NONE, row -> {}))
                .lastSequence();
        DatabaseFacts facts = patience.persist(() -> couch.database(database));
        long total = total(couch, patience, database).orElse(facts.documents());
        return new Plan(
                Optional.of(new StageOffset.Database(database, facts.instanceStartTime())),
                now,
                total,
                List.of(RangeOffset.of(null, null)));
    }

    /** Returns how many documents a database has, design documents too; empty if the server does not say. */
    static Optional<Long> total(CouchClient couch, Patience patience, String database) {
        KeyPage nothing = new KeyPage(database, null, null, null, 0);
        PageEnd end = patience.persist(() -> couch.page(nothing, Meter.NONE, row -> {}));
        return end.total().isPresent() ? Optional.of(end.total().getAsLong()) : Optional.empty();
    }

    @Override
    public Pager<Document> pager(RangeOffset range, Session session) {
        return new DocumentPager(this, range);
    }

    @Override
    public void byIds(List<SourceId> ids, Session session, Consumer<Item<Document>> consumer) {
        List<String> texts = ids.stream().map(SourceId::text).toList();
        byId.read(stage.database(), texts, stage.fields()).values().forEach(row -> consumer.accept(judged(row)));
    }

    @Override
    public CatchUp<Document> catchUp(StageOffset since, Session session) {
        return new DocumentCatchUp(this, since.sequence());
    }

    @Override
    public boolean isReadAnew() {
        return false;
    }

    /** Returns the most items of a page. */
    int pageSize() {
        return pageSize;
    }

    DocumentStage<?> stage() {
        return stage;
    }

    CouchClient couch() {
        return couch;
    }

    Patience patience() {
        return patience;
    }

    /** Returns what a row means for the stage. A body that is not there is asked for once more, by id. */
    Item<Document> item(CouchRow row) {
        boolean again = row.state() == State.UNREADABLE || row.state() == State.NOT_ASKED;
        return again ? byId(row.id()) : judged(row);
    }

    Item<Document> byId(String id) {
        CouchRow row = byId.read(stage.database(), List.of(id), stage.fields()).get(id);
        return row == null ? new Item.Gone<>(new DocumentId(id)) : judged(row);
    }

    private Item<Document> judged(CouchRow row) {
        SourceId id = new DocumentId(row.id());
        return switch (row.state()) {
            case DELETED, MISSING -> new Item.Gone<>(id);
            case UNREADABLE, NOT_ASKED ->
                new Item.Unreadable<>(
                        id,
                        row.rev(),
                        "CouchDB has the document but did not send its body, twice: look at the server's log");
            case DOCUMENT -> {
                Document document = new Document(row.id(), row.rev(), row.fields());
                yield stage.condition().test(document)
                        ? new Item.Found<>(id, row.rev(), document, row.bytes())
                        : new Item.Filtered<>(id);
            }
        };
    }
}
