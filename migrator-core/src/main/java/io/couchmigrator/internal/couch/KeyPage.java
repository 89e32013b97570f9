// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A page of {@code _all_docs}.
 *
 * @param database the database
 * @param wanted what to keep of each document
 * @param from the first id, or the beginning
 * @param before the first id that is left out, or none; the server ends the range, ids are never compared here
 * @param limit the most rows
 * @param buffered whether the server is to send it in few pieces, which spares it work and takes its memory
 */
public record KeyPage(
        String database,
        Wanted wanted,
        @Nullable String from,
        @Nullable String before,
        int limit,
        boolean buffered) {
    public KeyPage {
        Objects.requireNonNull(database, "database");
    }

    /** Returns the same page, but for ids before this one alone. */
    public KeyPage before(String end) {
        return new KeyPage(database, wanted, from, end, limit, buffered);
    }

    /** Returns a page of ids, from this one on. */
    public static KeyPage ids(String database, @Nullable String from, int limit) {
        return new KeyPage(database, Wanted.IDS, from, null, limit, false);
    }
}
