// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.util.Locale;

/** JSON text that is safe in a URL and in a body. */
final class JsonText {
    private JsonText() {}

    /**
     * Returns a string as JSON. What UTF-8 cannot carry (a lone surrogate) and what JSON must not hold is escaped, so
     * that the server sees exactly this string.
     */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                json.append(c).append(text.charAt(++i));
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
