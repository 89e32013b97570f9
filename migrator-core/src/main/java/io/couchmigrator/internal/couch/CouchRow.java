// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonObject;
import io.couchmigrator.Document;
import java.util.Optional;

/**
 * One row of {@code _all_docs} or one change of {@code _changes}.
 *
 * @param id the document's id
 * @param rev its revision; empty where the server sent none
 * @param state what is known of its body
 * @param fields the named fields, if the state is {@link State#DOCUMENT}; else empty
 * @param json the document as it was on the wire, if that is wanted
 * @param bytes the size of that text; without one, of those fields as they were on the wire, roughly
 */
public record CouchRow(
        String id, String rev, State state, JsonObject fields, Optional<Document.Json> json, long bytes) {
    /** What is known of a document's body. */
    public enum State {
        /** It was read. */
        DOCUMENT,
        /** The document is deleted. */
        DELETED,
        /** There is no such document. */
        MISSING,
        /** The server has the document but could not read its body. */
        UNREADABLE,
        /** It was not asked for. */
        NOT_ASKED
    }

    /** Returns a row of which nothing but the id and this is known. */
    public static CouchRow of(String id, State state) {
        return new CouchRow(id, "", state, new JsonObject(), Optional.empty(), 0);
    }

    /** Returns the same row in another state. */
    public CouchRow as(State other) {
        return new CouchRow(id, rev, other, fields, json, bytes);
    }

    /** Returns the document, if the state is {@link State#DOCUMENT}. */
    public Document document() {
        return new Document(id, rev, fields, json);
    }
}
