// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.gson.JsonObject;
import java.util.Optional;

/** What a {@link Transform} may use beside the item itself. Valid during that one call only. */
public interface Context {
    /**
     * Returns what the lookup found under a key; empty if there is nothing.
     *
     * @throws RejectException with code {@code unreadable} if the source has it but could not read it
     * @throws IllegalArgumentException if the stage did not announce this key for the item
     */
    <K, V> Optional<V> find(Lookup<K, V> lookup, K key);

    /** Adds an entry to the stage's migration log, once the item's rows are committed. */
    void log(JsonObject entry);
}
