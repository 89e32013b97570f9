// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonObject;
import com.google.gson.stream.MalformedJsonException;
import io.couchmigrator.Document;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parts of a row, whose order a server may choose. */
final class RowParts {
    private static final JsonObject NO_FIELDS = new JsonObject();

    @Nullable
    String id;

    @Nullable
    String key;

    @Nullable
    String rev;

    @Nullable
    String error;

    @Nullable
    String documentId;

    @Nullable
    String documentRev;

    @Nullable
    JsonObject fields;

    Document.@Nullable Json json;

    long jsonBytes;

    boolean hasDocument;
    boolean deleted;

    CouchRow row(long bytes) throws IOException {
        String of = id == null ? key : id;
        if (of == null) {
            throw new MalformedJsonException("a row without an id");
        }
        if (fields != null && documentRev == null) {
            throw new MalformedJsonException("a document without a revision");
        }
        if (fields != null && !of.equals(documentId)) {
            throw new MalformedJsonException("a row that does not hold the document of its id");
        }
        String revision = documentRev != null ? documentRev : rev;
        return new CouchRow(
                of,
                revision == null ? "" : revision,
                state(),
                fields == null ? NO_FIELDS : fields,
                Optional.ofNullable(json),
                bytes);
    }

    private State state() throws IOException {
        if (error != null) {
            if (!error.equals("not_found")) {
                return State.UNREADABLE;
            }
            return State.MISSING;
        }
        if (deleted) {
            return State.DELETED;
        }
        if (!hasDocument) {
            return State.NOT_ASKED;
        }
        return fields == null ? State.UNREADABLE : State.DOCUMENT;
    }
}
