// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON text as it is kept in files. */
public final class JsonFiles {
    private static final Gson LINE =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    /** Our files are flat. What is nested deeper is not ours, and would take more stack than there may be. */
    private static final int MOST_NESTING = 255;

    /** Those that stand in a pair are one character of another category. */
    private static final Pattern HALF_A_PAIR = Pattern.compile("\\p{Cs}");

    private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+)");
    private static final Gson PAGE = LINE.newBuilder().setPrettyPrinting().create();

    private JsonFiles() {}

    /** Returns JSON in one line. */
    public static String line(JsonElement json) {
        return encodable(LINE.toJson(json));
    }

    /** Returns JSON that people can read. */
    public static String page(JsonElement json) {
        return encodable(PAGE.toJson(json));
    }

    /**
     * Returns what {@link #line} or {@link #page} wrote. Strict: text that was damaged is not read as something else.
     *
     * @throws JsonParseException if it is no JSON
     */
    public static JsonElement parse(String text) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(MOST_NESTING);
        try {
            JsonElement json = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("there is more after its end");
            }
            return json;
        } catch (IOException e) {
            throw new JsonParseException(e);
        }
    }

    /** Says in words, without what stands there, why {@link #parse} refused a text. */
    public static String fault(JsonParseException refused) {
        Throwable cause = refused.getCause() == null ? refused : refused.getCause();
        if (cause instanceof EOFException) {
            return "it ends too early";
        }
        Matcher place = PLACE.matcher(String.valueOf(cause.getMessage()));
        if (place.find()) {
            return "it is not JSON at line %s, column %s".formatted(place.group(1), place.group(2));
        }
        return cause instanceof IOException
                ? "it is not JSON"
                : String.valueOf(refused.getMessage()).lines().findFirst().orElse("");
    }

    /** Escapes half surrogate pairs, which can stand in a JSON string but not in UTF-8. */
    private static String encodable(String json) {
        return HALF_A_PAIR
                .matcher(json)
                .replaceAll(half -> String.format(
                        Locale.ROOT, "\\\\u%04x", (int) half.group().charAt(0)));
    }
}
