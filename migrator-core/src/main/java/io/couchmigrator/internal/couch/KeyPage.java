// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A page of {@code _all_docs}.
 *
 * @param database the database
 * @param fields the top-level fields to keep; null asks for no bodies
 * @param from the first id, or the beginning
 * @param before the first id that is left out, or none; the server ends the range, ids are never compared here
 * @param limit the most rows
 * @param buffered whether the server is to send it in few pieces, which spares it work and takes its memory
 */
public record KeyPage(
        String database,
        @Nullable List<String> fields,
        @Nullable String from,
        @Nullable String before,
        int limit,
        boolean buffered) {
    /** Comes after every id that is not made to come after it; U+10FFFE and U+10FFFF are no characters. */
    public static final String BEYOND_ALL = "\udbff\udffd".repeat(8);

    public KeyPage {
        Objects.requireNonNull(database, "database");
    }

    /** Returns a page of ids, from this one on. */
    public static KeyPage ids(String database, @Nullable String from, int limit) {
        return new KeyPage(database, null, from, null, limit, false);
    }

    /** Returns the least id that comes after this one in the server's order. */
    public static String after(String id) {
        return id + '\0';
    }
}
