// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses a page of {@code _all_docs} or {@code _changes} as a stream. Fields that are not named are skipped without being
 * built. The page counts only if it parses to its very end.
 */
final class PageParser {
    /** CouchDB stores documents nested 20,000 deep; Gson's own limit of 255 would refuse them. */
    private static final int NESTING_LIMIT = 1 << 20;

    private static final JsonObject NO_FIELDS = new JsonObject();

    private final MeteredStream stream;
    private final JsonReader json;
    private final Set<String> fields;
    private final RowConsumer consumer;

    private long rows;
    private boolean sawRows;
    private OptionalLong offset = OptionalLong.empty();
    private OptionalLong total = OptionalLong.empty();
    private OptionalLong pending = OptionalLong.empty();
    private @Nullable JsonElement lastSequence;

    PageParser(InputStream body, Collection<String> fields, Meter meter, RowConsumer consumer) {
        this.stream = new MeteredStream(body, meter);
        this.json = reader(stream);
        this.fields = Set.copyOf(fields);
        this.consumer = consumer;
    }

    /** Returns a strict reader of UTF-8 that replaces nothing silently. */
    static JsonReader reader(InputStream body) {
        JsonReader reader = new JsonReader(new InputStreamReader(
                body,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(NESTING_LIMIT);
        return reader;
    }

    PageEnd parse() throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "rows", "results" -> rows();
                case "offset" -> offset = number();
                case "total_rows" -> total = number();
                case "pending" -> pending = number();
                case "last_seq" -> lastSequence = JsonParser.parseReader(json);
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("more after the end of the page at " + json.getPath());
        }
        if (!sawRows) {
            throw new MalformedJsonException("a page without rows");
        }
        return new PageEnd(rows, offset, total, lastSequence, pending, stream.total());
    }

    private void rows() throws IOException {
        sawRows = true;
        json.beginArray();
        while (json.hasNext()) {
            CouchRow row = row();
            rows++;
            consume(row);
        }
        json.endArray();
    }

    private void consume(CouchRow row) {
        try {
            consumer.row(row);
        } catch (RuntimeException e) {
            throw new ConsumerException(e);
        }
    }

    private CouchRow row() throws IOException {
        RowParts row = new RowParts();
        stream.startDocument();
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "id" -> row.id = json.nextString();
                case "key" -> row.key = stringOrNull();
                case "value" -> value(row);
                case "error" -> row.error = stringOrNull();
                case "deleted" -> row.deleted = json.nextBoolean();
                case "changes" -> changes(row);
                case "doc" -> document(row);
                default -> json.skipValue();
            }
        }
        json.endObject();
        return row.row(stream.kept());
    }

    /** The value of a row that is there; null or something else where a view-like server has no revision. */
    private void value(RowParts row) throws IOException {
        if (json.peek() != JsonToken.BEGIN_OBJECT) {
            json.skipValue();
            return;
        }
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "rev" -> row.rev = json.nextString();
                case "deleted" -> row.deleted = json.nextBoolean();
                default -> json.skipValue();
            }
        }
        json.endObject();
    }

    /** The first of a change's revisions is the winning one. */
    private void changes(RowParts row) throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            json.beginObject();
            while (json.hasNext()) {
                if (json.nextName().equals("rev") && row.rev == null) {
                    row.rev = json.nextString();
                } else {
                    json.skipValue();
                }
            }
            json.endObject();
        }
        json.endArray();
    }

    private void document(RowParts row) throws IOException {
        row.hasDocument = true;
        if (json.peek() == JsonToken.NULL) {
            json.nextNull();
            return;
        }
        JsonObject kept = new JsonObject();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            switch (name) {
                case "_id" -> row.documentId = json.nextString();
                case "_rev" -> row.documentRev = json.nextString();
                case "_deleted" -> row.deleted |= json.nextBoolean();
                default -> field(kept, name);
            }
        }
        json.endObject();
        row.fields = kept;
    }

    private void field(JsonObject kept, String name) throws IOException {
        if (!fields.contains(name)) {
            json.skipValue();
            return;
        }
        stream.keep(true);
        kept.add(name, JsonParser.parseReader(json));
        stream.keep(false);
    }

    private OptionalLong number() throws IOException {
        if (json.peek() != JsonToken.NUMBER) {
            json.skipValue();
            return OptionalLong.empty();
        }
        return OptionalLong.of(json.nextLong());
    }

    private @Nullable String stringOrNull() throws IOException {
        if (json.peek() == JsonToken.STRING) {
            return json.nextString();
        }
        json.skipValue();
        return null;
    }

    /** The parts of a row, whose order a server may choose. */
    private static final class RowParts {
        private @Nullable String id;
        private @Nullable String key;
        private @Nullable String rev;
        private @Nullable String error;
        private @Nullable String documentId;
        private @Nullable String documentRev;
        private @Nullable JsonObject fields;
        private boolean hasDocument;
        private boolean deleted;

        CouchRow row(long bytes) throws IOException {
            String of = id == null ? key : id;
            if (of == null) {
                throw new MalformedJsonException("a row without an id");
            }
            if (documentId != null && !documentId.equals(of)) {
                throw new MalformedJsonException("a row that holds the document of another id");
            }
            String revision = documentRev != null ? documentRev : rev;
            return new CouchRow(
                    of, revision == null ? "" : revision, state(), fields == null ? NO_FIELDS : fields, bytes);
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
}
