// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.RejectException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;

/** What rows that CouchDB sent mean for a stage. Safe for use by multiple threads. */
final class DocumentItems {
    private final DocumentStage<?> stage;
    private final StageFunctions functions;

    DocumentItems(DocumentStage<?> stage) {
        this.stage = stage;
        this.functions = new StageFunctions(stage);
    }

    /** Returns what a row means, of which no more can be read. */
    Item<Document> of(CouchRow row) {
        SourceId id = new DocumentId(row.id());
        return switch (row.state()) {
            case DELETED, MISSING -> new Item.Gone<>(id, row.rev());
            case UNREADABLE, NOT_ASKED ->
                new Item.Unreadable<>(
                        id,
                        row.rev(),
                        "CouchDB has the document but did not send its body, twice: look at the server's log");
            case DOCUMENT -> judged(id, new Document(row.id(), row.rev(), row.fields()), row.bytes());
        };
    }

    private Item<Document> judged(SourceId id, Document document, long bytes) {
        try {
            boolean counts =
                    functions.call("condition", id, () -> stage.condition().test(document));
            return counts
                    ? new Item.Found<>(id, document.rev(), document, bytes)
                    : new Item.Filtered<>(id, document.rev());
        } catch (RejectException e) {
            return new Item.Rejected<>(Refused.of(stage, id, document.rev(), document, e));
        }
    }
}
