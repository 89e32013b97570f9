// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.util.List;

/** What answers of CouchDB are made of, and some that they are not, to be put together at random. */
public final class JsonPieces {
    public static final List<String> ALL = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\"rows\"",
            "\"results\"",
            "\"id\"",
            "\"doc\"",
            "\"value\"",
            "null",
            "true",
            "-1",
            "1e999",
            "9223372036854775808",
            "\"a\"",
            "\"last_seq\"",
            "\"offset\"",
            "\"total_rows\"",
            "<html>",
            "\\u0000",
            "\n",
            "\ud83d\ude00");

    private JsonPieces() {}
}
