// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a page says beside its rows.
 *
 * @param rows how many rows it had
 * @param offset how many ids come before the first, where the server says so
 * @param total how many documents the database has, where the server says so
 * @param lastSequence the position in the feed after this page, as the raw token; null for {@code _all_docs}
 * @param pending how many changes come after this page, where the server says so
 * @param bytes how large the page was on the wire
 */
public record PageEnd(
        long rows,
        OptionalLong offset,
        OptionalLong total,
        @Nullable JsonElement lastSequence,
        OptionalLong pending,
        long bytes) {
    /** Returns the same page with another answer of which it consists, too. */
    public PageEnd with(PageEnd other) {
        return new PageEnd(rows, offset, total, lastSequence, pending, bytes + other.bytes);
    }

    /**
     * Returns whether a feed may have more after this page. That it is shorter than was asked for says nothing: a proxy may
     * have lowered the limit.
     *
     * @param limit how many rows were asked for
     */
    public boolean mayGoOn(int limit) {
        return rows >= limit || pending.orElse(rows) > 0;
    }
}
