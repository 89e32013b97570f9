// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import com.google.gson.JsonObject;
import io.couchmigrator.Context;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the transform of one item may use: what was looked up for its batch, and a place for log entries. */
final class BatchContext implements Context {
    private final Map<Lookup<?, ?>, LookedUp> lookedUp;
    private final List<OddEntry> entries = new ArrayList<>();

    BatchContext(Map<Lookup<?, ?>, LookedUp> lookedUp) {
        this.lookedUp = lookedUp;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <K, V> Optional<V> find(Lookup<K, V> lookup, K key) {
        LookedUp found = lookedUp.get(lookup);
        if (found == null || !found.asked().contains(key)) {
            throw new IllegalArgumentException(
                    "unexpected key for %s: expected one that the stage announced for this item".formatted(lookup));
        }
        if (found.unreadable().contains(key)) {
            throw new RejectException("unreadable", "what it refers to in %s cannot be read".formatted(lookup));
        }
        return Optional.ofNullable((V) found.values().get(key));
    }

    @Override
    public void log(JsonObject entry) {
        entries.add(OddEntry.of(entry));
    }

    List<OddEntry> entries() {
        return entries;
    }
}
