// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Parses a page of {@code _all_docs}, {@code _changes} or {@code _find} as a stream. Fields that are not named are skipped without being
 * built, also where the text of a document is kept. The page counts only if it parses to its very end.
 */
final class PageParser {
    private final MeteredStream stream;
    private final TextStream texts;
    private final JsonParser json;
    private final Wanted wanted;
    private final RowConsumer consumer;

    private long rows;
    private boolean sawRows;
    private OptionalLong offset = OptionalLong.empty();
    private OptionalLong total = OptionalLong.empty();
    private OptionalLong pending = OptionalLong.empty();
    private @Nullable JsonElement lastSequence;

    private PageParser(JsonParser json, MeteredStream stream, TextStream texts, Wanted wanted, RowConsumer consumer) {
        this.stream = stream;
        this.texts = texts;
        this.json = json;
        this.wanted = wanted;
        this.consumer = consumer;
    }

    /**
     * Parses a page to its end.
     *
     * @param wanted what to keep of a document
     * @param meter hears how far what is kept of a document has grown
     */
    static PageEnd parse(InputStream body, Wanted wanted, Meter meter, RowConsumer consumer) throws IOException {
        MeteredStream stream = new MeteredStream(body, meter);
        TextStream texts = new TextStream(stream);
        try (JsonParser json = JsonBytes.parser(wanted.text() ? texts : stream)) {
            return new PageParser(json, stream, texts, wanted, consumer).page();
        }
    }

    /** Returns what parses a page. */
    static CouchHttp.Parser<PageEnd> of(Wanted wanted, Meter meter, RowConsumer consumer) {
        return body -> parse(body, wanted, meter, consumer);
    }

    private PageEnd page() throws IOException {
        json.nextToken();
        begin(JsonToken.START_OBJECT);
        for (String name = name(); name != null; name = name()) {
            switch (name) {
                case "rows", "results" -> rows(this::row);
                case "docs" -> rows(this::bareDocument);
                case "offset" -> offset = count();
                case "total_rows" -> total = count();
                case "pending" -> pending = count();
                case "last_seq" -> lastSequence = JsonBytes.element(json);
                default -> json.skipChildren();
            }
        }
        JsonBytes.expectEnd(json);
        if (!sawRows) {
            throw new MalformedJsonException("a page without rows");
        }
        return new PageEnd(rows, offset, total, lastSequence, pending, stream.total());
    }

    /** Returns the name of the object's next member, whose value becomes the current token; null at the object's end. */
    private @Nullable String name() throws IOException {
        String name = json.nextFieldName();
        if (name == null) {
            begin(JsonToken.END_OBJECT);
        } else {
            json.nextToken();
        }
        return name;
    }

    private void begin(JsonToken expected) throws MalformedJsonException {
        JsonBytes.expect(json, json.currentToken(), expected);
    }

    /** What parses a row, at whose beginning it stands. */
    @FunctionalInterface
    private interface RowReader {
        CouchRow row() throws IOException;
    }

    private void rows(RowReader reader) throws IOException {
        sawRows = true;
        begin(JsonToken.START_ARRAY);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            stream.startDocument();
            CouchRow row = reader.row();
            rows++;
            consume(row);
        }
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
        begin(JsonToken.START_OBJECT);
        for (String name = name(); name != null; name = name()) {
            switch (name) {
                case "id" -> row.id = string();
                case "key" -> key(row);
                case "value" -> value(row);
                case "error" -> row.error = stringOrNull();
                case "deleted" -> row.deleted = flag();
                case "changes" -> changes(row);
                case "doc" -> document(row);
                default -> json.skipChildren();
            }
        }
        return row.row(wanted.text() ? row.jsonBytes : stream.kept());
    }

    /** A row that is nothing but a document. */
    private CouchRow bareDocument() throws IOException {
        RowParts row = new RowParts();
        document(row);
        row.id = row.documentId;
        return row.row(stream.kept());
    }

    /** Only a row without an id is known by its key. */
    private void key(RowParts row) throws IOException {
        if (row.id == null) {
            row.key = stringOrNull();
        } else {
            json.skipChildren();
        }
    }

    /** The value of a row that is there; null or something else where a view-like server has no revision. */
    private void value(RowParts row) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String name = name(); name != null; name = name()) {
            switch (name) {
                case "rev" -> row.rev = string();
                case "deleted" -> row.deleted = flag();
                default -> json.skipChildren();
            }
        }
    }

    /** The first of a change's revisions is the winning one. */
    private void changes(RowParts row) throws IOException {
        begin(JsonToken.START_ARRAY);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            begin(JsonToken.START_OBJECT);
            for (String name = name(); name != null; name = name()) {
                if (name.equals("rev") && row.rev == null) {
                    row.rev = string();
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    private void document(RowParts row) throws IOException {
        row.hasDocument = true;
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        begin(JsonToken.START_OBJECT);
        if (wanted.text()) {
            text(row);
        } else {
            members(row);
        }
    }

    /** All from the opening brace to the closing one, beside what its members are wanted for. */
    private void text(RowParts row) throws IOException {
        long from = json.currentTokenLocation().getByteOffset();
        texts.begin(from);
        stream.keep(true);
        members(row);
        stream.keep(false);
        long to = json.currentLocation().getByteOffset();
        row.json = texts.end(to);
        row.jsonBytes = to - from;
    }

    private void members(RowParts row) throws IOException {
        JsonObject kept = new JsonObject();
        for (String name = name(); name != null; name = name()) {
            switch (name) {
                case "_id" -> row.documentId = string(row.id);
                case "_rev" -> row.documentRev = string(row.rev);
                case "_deleted" -> row.deleted |= flag();
                default -> field(kept, name);
            }
        }
        row.fields = kept;
    }

    private void field(JsonObject kept, String name) throws IOException {
        if (!wanted.fields().contains(name)) {
            json.skipChildren();
            return;
        }
        stream.keep(true);
        kept.add(name, JsonBytes.element(json));
        stream.keep(wanted.text());
    }

    /** Nothing is counted below zero: what a server or proxy says so is as good as not said. */
    private OptionalLong count() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            long count = Long.parseLong(json.getText());
            return count < 0 ? OptionalLong.empty() : OptionalLong.of(count);
        }
        json.skipChildren();
        return OptionalLong.empty();
    }

    private String string() throws IOException {
        begin(JsonToken.VALUE_STRING);
        return json.getText();
    }

    /** Returns the current string: the one that it most likely equals, if it does, since to make another costs more. */
    private String string(@Nullable String likely) throws IOException {
        begin(JsonToken.VALUE_STRING);
        return likely != null && isText(likely) ? likely : json.getText();
    }

    private boolean isText(String expected) throws IOException {
        char[] characters = json.getTextCharacters();
        int start = json.getTextOffset();
        boolean same = json.getTextLength() == expected.length();
        for (int i = 0; same && i < expected.length(); i++) {
            same = characters[start + i] == expected.charAt(i);
        }
        return same;
    }

    private @Nullable String stringOrNull() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    private boolean flag() throws IOException {
        boolean flag = json.currentToken() == JsonToken.VALUE_TRUE;
        if (!flag) {
            begin(JsonToken.VALUE_FALSE);
        }
        return flag;
    }
}
