// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import okio.Buffer;
import okio.BufferedSink;
import okio.ByteString;

/** JSON and UTF-8 as strictly as CouchDB takes them. */
public final class JsonText {
    /** CouchDB stores documents this deep and deeper; Gson's own limit is 255. */
    private static final int NESTING = 50_000;

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private JsonText() {}

    /** Returns the text's UTF-8 bytes; empty if it holds a lone surrogate, which has none. */
    public static Optional<ByteString> utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // Encoding replaces a lone surrogate, so that only then the way back leads elsewhere.
        return new String(bytes, StandardCharsets.UTF_8).equals(text)
                ? Optional.of(ByteString.of(bytes))
                : Optional.empty();
    }

    /** Reads one JSON value and nothing more. */
    public static Optional<JsonElement> parse(ByteString json) {
        if (json.size() == 0) {
            return Optional.empty(); // The body of most requests: not worth an exception.
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(json.asByteBuffer())
                    .toString();
            JsonReader reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(NESTING);
            JsonElement value = JsonParser.parseReader(reader);
            return reader.peek() == JsonToken.END_DOCUMENT ? Optional.of(value) : Optional.empty();
        } catch (IOException | JsonParseException e) {
            return Optional.empty();
        }
    }

    /** Reads one JSON object; anything else is a {@link CouchError} 400. */
    public static JsonObject parseObject(ByteString json) {
        return parse(json)
                .filter(JsonElement::isJsonObject)
                .map(JsonElement::getAsJsonObject)
                .orElseThrow(() -> new CouchError(400, "bad_request", "Request body must be a JSON object"));
    }

    /** Returns a value as CouchDB writes it. */
    public static ByteString text(JsonElement value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = GSON.newJsonWriter(text)) {
            write(value, writer);
        }
        return ByteString.encodeUtf8(text.toString());
    }

    /** Writes a value as deep as one may be that is read; Gson would need several frames of the stack for each level. */
    static void write(JsonElement value, JsonWriter writer) throws IOException {
        Deque<Open> open = new ArrayDeque<>();
        begin(value, writer, open);
        while (!open.isEmpty()) {
            Open last = open.element();
            if (last.names().hasNext()) {
                writer.name(last.names().next());
            }
            if (last.values().hasNext()) {
                begin(last.values().next(), writer, open);
            } else {
                end(open.remove(), writer);
            }
        }
    }

    /** An array or object that is not yet at its end. */
    private record Open(boolean isObject, Iterator<String> names, Iterator<JsonElement> values) {}

    private static void begin(JsonElement value, JsonWriter writer, Deque<Open> open) throws IOException {
        if (value.isJsonObject()) {
            Map<String, JsonElement> members = value.getAsJsonObject().asMap();
            open.push(
                    new Open(true, members.keySet().iterator(), members.values().iterator()));
            writer.beginObject();
        } else if (value.isJsonArray()) {
            open.push(new Open(
                    false, Collections.emptyIterator(), value.getAsJsonArray().iterator()));
            writer.beginArray();
        } else {
            GSON.toJson(value, writer);
        }
    }

    private static void end(Open open, JsonWriter writer) throws IOException {
        if (open.isObject()) {
            writer.endObject();
        } else {
            writer.endArray();
        }
    }

    /** Returns a text as a JSON string. */
    public static String quote(String text) {
        Buffer buffer = new Buffer();
        try {
            quote(ByteString.encodeUtf8(text), buffer);
        } catch (IOException e) {
            throw new IllegalStateException("a buffer in memory does not fail", e);
        }
        return buffer.readUtf8();
    }

    /** Writes a JSON string the way CouchDB does: only what must be escaped is. */
    public static void quote(ByteString utf8, BufferedSink sink) throws IOException {
        sink.writeByte('"');
        if (isPlain(utf8)) {
            sink.write(utf8);
        } else {
            for (int i = 0; i < utf8.size(); i++) {
                escape(utf8.getByte(i), sink);
            }
        }
        sink.writeByte('"');
    }

    private static boolean isPlain(ByteString utf8) {
        for (int i = 0; i < utf8.size(); i++) {
            byte b = utf8.getByte(i);
            if (b == '"' || b == '\\' || (0 <= b && b < ' ')) {
                return false;
            }
        }
        return true;
    }

    private static void escape(byte b, BufferedSink sink) throws IOException {
        switch (b) {
            case '"' -> sink.writeUtf8("\\\"");
            case '\\' -> sink.writeUtf8("\\\\");
            case '\b' -> sink.writeUtf8("\\b");
            case '\f' -> sink.writeUtf8("\\f");
            case '\n' -> sink.writeUtf8("\\n");
            case '\r' -> sink.writeUtf8("\\r");
            case '\t' -> sink.writeUtf8("\\t");
            default -> {
                if (0 <= b && b < ' ') {
                    sink.writeUtf8("\\u00").writeUtf8(HexFormat.of().toHexDigits(b));
                } else {
                    sink.writeByte(b);
                }
            }
        }
    }
}
