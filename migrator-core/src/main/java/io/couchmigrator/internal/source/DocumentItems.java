// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonObject;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.RejectException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.retry.StageFunctions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What rows that CouchDB sent mean for a stage. Safe for use by multiple threads. */
final class DocumentItems {
    private final DocumentStage<?> stage;
    private final Wanted wanted;
    private final StageFunctions functions;
    private final Sources sources;

    /** @param wanted what is read of each document; of one without a body it is not known whether it counts, so it is taken to */
    DocumentItems(DocumentStage<?> stage, Wanted wanted, Sources sources) {
        this.stage = stage;
        this.wanted = wanted;
        this.functions = new StageFunctions(stage);
        this.sources = sources;
    }

    /** Asks once more, by id, for the documents whose bodies did not come. */
    void askAgain(Intake<Document> intake) {
        List<SourceId> unread = intake.items().stream()
                .filter(Item.Unreadable.class::isInstance)
                .map(Item::id)
                .toList();
        if (!unread.isEmpty()) {
            Map<SourceId, Item<Document>> again = new HashMap<>();
            byIds(unread, item -> again.put(item.id(), item));
            intake.replaceAll(item -> again.getOrDefault(item.id(), item));
        }
    }

    /** Reads documents by id; each id is answered. */
    void byIds(List<SourceId> ids, Consumer<Item<Document>> consumer) {
        List<String> texts = ids.stream().map(SourceId::text).toList();
        sources.byId(stage.database(), texts, wanted, row -> consumer.accept(of(row)));
    }

    /** Reads one document. */
    Item<Document> byId(SourceId id) {
        List<Item<Document>> read = new ArrayList<>();
        byIds(List.of(id), read::add);
        return read.get(0);
    }

    /** Returns what a row of a page means. Its ids are of documents that are there: which are gone, CouchDB says where it is asked by id. */
    Item<Document> onPage(CouchRow row) {
        return switch (row.state()) {
            case DELETED, MISSING -> unreadable(row);
            default -> of(row);
        };
    }

    /** Returns what a row means. */
    Item<Document> of(CouchRow row) {
        SourceId id = new DocumentId(row.id());
        if (!wanted.bodies() && row.state() == CouchRow.State.NOT_ASKED) {
            return new Item.Found<>(id, row.rev(), new Document(row.id(), row.rev(), new JsonObject()), 0);
        }
        return switch (row.state()) {
            case DELETED, MISSING -> new Item.Gone<>(id, row.rev());
            case UNREADABLE, NOT_ASKED -> unreadable(row);
            case DOCUMENT -> judged(id, row.document(), row.bytes());
        };
    }

    private static Item<Document> unreadable(CouchRow row) {
        return new Item.Unreadable<>(
                new DocumentId(row.id()),
                row.rev(),
                "CouchDB has the document but did not send its body, twice: look at the server's log");
    }

    private Item<Document> judged(SourceId id, Document document, long bytes) {
        try {
            boolean counts = functions.call(
                    "condition", id.text(), () -> stage.condition().test(document));
            return counts
                    ? new Item.Found<>(id, document.rev(), document, bytes)
                    : new Item.Filtered<>(id, document.rev());
        } catch (RejectException e) {
            return new Item.Rejected<>(Item.Refused.of(stage, id, document.rev(), document, e));
        }
    }
}
