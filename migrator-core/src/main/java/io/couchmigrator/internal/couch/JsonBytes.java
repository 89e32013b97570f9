// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * JSON as CouchDB sends it: UTF-8, read as a stream by Jackson, which skips without decoding; what is kept becomes Gson's
 * elements, of which the public API speaks (decision 11).
 */
final class JsonBytes {
    /** Any integer of so many characters fits into 64 bits. */
    private static final int DIGITS_OF_LONG = 18;

    /**
     * CouchDB limits the size of a document and nothing within it: it stores documents nested 20,000 deep. Names are not
     * made unique for all of the JVM, nor are many that look alike refused: they are the documents', and may be anything.
     */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build();

    private JsonBytes() {}

    /** Returns a strict parser, whose first token is yet to come; closing it closes the stream. */
    static JsonParser parser(InputStream utf8) throws IOException {
        // A factory remembers the names that its parsers have met. Those of a page are enough, and cannot fill the
        // heap.
        return FACTORY.copy().createParser(utf8);
    }

    /** Returns the object that a stream holds and nothing else. */
    static JsonObject object(InputStream utf8) throws IOException {
        try (JsonParser json = parser(utf8)) {
            expect(json, json.nextToken(), JsonToken.START_OBJECT);
            JsonObject object = element(json).getAsJsonObject();
            expectEnd(json);
            return object;
        }
    }

    /** Returns the whole number that a stream holds and nothing else. */
    static long number(InputStream utf8) throws IOException {
        try (JsonParser json = parser(utf8)) {
            expect(json, json.nextToken(), JsonToken.VALUE_NUMBER_INT);
            long number = json.getLongValue();
            expectEnd(json);
            return number;
        }
    }

    /**
     * Makes sure of a token.
     *
     * @throws MalformedJsonException if it is another, naming the place and no value
     */
    static void expect(JsonParser json, @Nullable JsonToken seen, JsonToken expected) throws MalformedJsonException {
        if (seen != expected) {
            throw new MalformedJsonException("unexpected JSON: %s instead of %s at line %s column %s"
                    .formatted(
                            seen == null ? "the end" : seen,
                            expected,
                            json.currentTokenLocation().getLineNr(),
                            json.currentTokenLocation().getColumnNr()));
        }
    }

    /** Makes sure that nothing follows. */
    static void expectEnd(JsonParser json) throws IOException {
        JsonToken more = json.nextToken();
        if (more != null) {
            throw new MalformedJsonException("more after the end of the JSON at line %s column %s"
                    .formatted(
                            json.currentTokenLocation().getLineNr(),
                            json.currentTokenLocation().getColumnNr()));
        }
    }

    /** Returns the value that the current token begins, and stops at its last; however deep it is, the stack is not. */
    static JsonElement element(JsonParser json) throws IOException {
        JsonElement root = begun(json);
        Deque<JsonElement> open = new ArrayDeque<>();
        open(open, root);
        while (!open.isEmpty()) {
            JsonElement container = open.element();
            JsonToken token = json.nextToken();
            if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                open.pop();
            } else if (container instanceof JsonObject object) {
                String name = json.currentName();
                json.nextToken();
                object.add(name, open(open, begun(json)));
            } else {
                container.getAsJsonArray().add(open(open, begun(json)));
            }
        }
        return root;
    }

    private static JsonElement open(Deque<JsonElement> open, JsonElement element) {
        if (element.isJsonObject() || element.isJsonArray()) {
            open.push(element);
        }
        return element;
    }

    /** A scalar, or a container of which nothing is read yet. */
    private static JsonElement begun(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> new JsonObject();
            case START_ARRAY -> new JsonArray();
            case VALUE_STRING -> new JsonPrimitive(json.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(json.getText());
            case VALUE_TRUE -> new JsonPrimitive(true);
            case VALUE_FALSE -> new JsonPrimitive(false);
            case VALUE_NULL -> JsonNull.INSTANCE;
            default -> throw new MalformedJsonException("no value");
        };
    }

    /** A short integer has no other text than its value's. */
    private static JsonElement number(String text) {
        boolean isShort = text.length() <= DIGITS_OF_LONG && !text.equals("-0");
        for (int i = 0; isShort && i < text.length(); i++) {
            char c = text.charAt(i);
            isShort = c == '-' || (c >= '0' && c <= '9');
        }
        return new JsonPrimitive(isShort ? (Number) Long.valueOf(text) : new WrittenNumber(text));
    }
}
