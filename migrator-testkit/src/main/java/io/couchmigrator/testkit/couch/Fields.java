// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The fields of documents that a client asks for, as CouchDB's Mango takes their names: a dot leads into an object unless a
 * backslash comes before it, and no other backslash can be expressed.
 *
 * @param names as they were sent; none stand for whole documents
 */
record Fields(List<String> names) {
    private static final Pattern DOT = Pattern.compile("(?<!\\\\)\\.");

    /** Returns what a request's body asks for. */
    static Fields of(JsonObject body) {
        JsonElement asked = body.get("fields");
        JsonArray names = asked == null ? new JsonArray() : asked.getAsJsonArray();
        return new Fields(StreamSupport.stream(names.spliterator(), false)
                .map(JsonElement::getAsString)
                .toList());
    }

    /** Refuses names of which a part is empty: CouchDB does so only when it comes to a document. */
    void check(int status, String error) {
        for (String name : names) {
            if (Stream.of(DOT.split(name, -1)).anyMatch(String::isEmpty)) {
                throw new CouchError(status, error, "Invalid field name: " + name);
            }
        }
    }

    /** Returns what is asked for of a document that can be read. Bytes that are no JSON are sent as they are. */
    ByteString of(StoredDocument document) throws IOException {
        ByteString whole = document.json();
        Optional<JsonElement> parsed = names.isEmpty() ? Optional.empty() : JsonText.parse(whole);
        return parsed.isEmpty() ? whole : JsonText.text(kept(parsed.get().getAsJsonObject()));
    }

    private JsonObject kept(JsonObject document) {
        JsonObject kept = new JsonObject();
        for (String name : names) {
            List<String> path = Stream.of(DOT.split(name, -1))
                    .map(part -> part.replace("\\", ""))
                    .toList();
            JsonElement value = value(document, path);
            if (value != null) {
                parent(kept, path).add(path.get(path.size() - 1), value);
            }
        }
        return kept;
    }

    private static @Nullable JsonElement value(JsonObject document, List<String> path) {
        JsonElement value = document;
        for (String name : path) {
            if (value != null && value.isJsonArray()) {
                throw CouchError.notSupported("fields of arrays");
            }
            value = value != null && value.isJsonObject()
                    ? value.getAsJsonObject().get(name)
                    : null;
        }
        return value;
    }

    private static JsonObject parent(JsonObject kept, List<String> path) {
        JsonObject parent = kept;
        for (String name : path.subList(0, path.size() - 1)) {
            if (!parent.has(name)) {
                parent.add(name, new JsonObject());
            }
            parent = parent.getAsJsonObject(name);
        }
        return parent;
    }
}
