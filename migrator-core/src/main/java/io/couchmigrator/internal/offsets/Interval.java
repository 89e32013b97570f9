// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import org.jspecify.annotations.Nullable;

/**
 * The ids between two bounds, as far as PostgreSQL can have them: none has a U+0000. Their order is that of their UTF-8 bytes.
 * Immutable.
 *
 * @param from the bound below; the empty text, included, for none
 * @param fromIncluded whether that is one of them
 * @param to the bound above; null for none
 * @param toIncluded whether that is one of them
 */
public record Interval(
        String from, boolean fromIncluded, @Nullable String to, boolean toIncluded) {
    /**
     * Bounds are cut at their first U+0000. What is left comes before the bound, and no id that PostgreSQL can have lies between them:
     * so it is none of those after the bound, and one of those before it.
     */
    public Interval {
        int fromNul = from.indexOf('\0');
        if (fromNul >= 0) {
            from = from.substring(0, fromNul);
            fromIncluded = false;
        }
        int toNul = to == null ? -1 : to.indexOf('\0');
        if (to != null && toNul >= 0) {
            to = to.substring(0, toNul);
            toIncluded = true;
        }
    }

    /** Returns those of them after an id. */
    public Interval after(String id) {
        return new Interval(id, false, to, toIncluded);
    }
}
