// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.Locale;
import java.util.regex.Pattern;

/** Writes control characters, which could steer a terminal, as escapes that tell which they are. */
public final class Printable {
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]");

    private Printable() {}

    /** Returns a text, each control character of it as in {@code \}{@code u001b}; a backslash stays one. */
    public static String text(String text) {
        return CONTROL.matcher(text)
                .replaceAll(found -> String.format(
                        Locale.ROOT, "\\\\u%04x", (int) found.group().charAt(0)));
    }

    /** Returns JSON, whose control characters all stand in strings, with others of the same meaning. */
    public static String json(String json) {
        return text(json);
    }
}
