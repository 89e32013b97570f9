// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import io.couchmigrator.Document;
import io.couchmigrator.RejectException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HexFormat;

/** The escapes in a document's text: {@code jsonb} takes neither that of U+0000 nor that of half a surrogate pair. */
final class Escapes {
    private static final String UNICODE = "\\u";
    private static final int LENGTH = 6;
    private static final String REPLACEMENT = "\\ufffd";

    private Escapes() {}

    /**
     * Returns where U+0000 is escaped. A backslash that is escaped itself begins nothing.
     *
     * @param json a JSON text, which has backslashes within strings only
     * @throws RejectException if it escapes half a surrogate pair
     */
    static BitSet ofNul(String json) {
        BitSet places = new BitSet();
        int at = json.indexOf('\\');
        while (at >= 0) {
            int next = at + 2;
            if (json.startsWith(UNICODE, at)) {
                next = at + LENGTH;
                char unit = unit(json, at);
                if (unit == 0) {
                    places.set(at);
                } else if (Character.isSurrogate(unit)) {
                    requirePair(json, unit, next);
                    next += LENGTH;
                }
            }
            at = json.indexOf('\\', next);
        }
        return places;
    }

    private static void requirePair(String json, char first, int next) {
        boolean paired = Character.isHighSurrogate(first)
                && json.startsWith(UNICODE, next)
                && Character.isLowSurrogate(unit(json, next));
        if (!paired) {
            throw new RejectException(
                    "lone-surrogate", "it holds half a surrogate pair, which PostgreSQL cannot store: take it out");
        }
    }

    private static char unit(String json, int at) {
        return (char) HexFormat.fromHexDigits(json, at + UNICODE.length(), at + LENGTH);
    }

    /** Returns the text with U+FFFD at these places. */
    static Document.Json replaced(String json, BitSet places) {
        StringBuilder replaced = new StringBuilder(json);
        places.stream().forEach(at -> replaced.replace(at, at + LENGTH, REPLACEMENT));
        byte[] utf8 = replaced.toString().getBytes(StandardCharsets.UTF_8);
        try {
            return Document.Json.copyOf(utf8, 0, utf8.length);
        } catch (MalformedInputException e) {
            throw new IllegalStateException("a text is not UTF-8 as Java writes it: this is a bug", e);
        }
    }
}
