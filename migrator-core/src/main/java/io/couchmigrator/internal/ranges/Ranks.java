// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers where ids stand in the order of their UTF-8 bytes. Each question is one request, so callers should ask few.
 * What stops an answer from coming is thrown as the one who answers sees fit.
 */
interface Ranks {
    /** Returns the first id that is not below a key; empty if there is none or the server tells no rank. */
    Optional<Place> from(String key);

    /**
     * Returns the last id below a key, or the last of all for null; empty if there is none. It comes without its rank,
     * since a server that counts backwards tells another number.
     */
    Optional<String> before(@Nullable String key);

    /**
     * An id and its rank.
     *
     * @param rank how many ids come before it
     * @param id the id
     */
    record Place(long rank, String id) {}
}
