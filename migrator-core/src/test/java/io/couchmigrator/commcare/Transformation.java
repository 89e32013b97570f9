// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonObject;
import io.couchmigrator.Context;
import io.couchmigrator.Lookup;
import io.couchmigrator.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a stage's transform made of one item, in a context that answers from memory and, as the real one, only for keys
 * that the stage announced.
 *
 * @param rows the rows
 * @param log the log entries
 */
record Transformation<R>(List<R> rows, List<JsonObject> log) {
    /** Transforms an item. */
    static <S, R> Transformation<R> of(Stage<S, R> stage, S source, Found found) {
        MemoryContext context = new MemoryContext(found);
        for (Lookup.Keys<S> lookup : stage.lookups()) {
            for (Object key : lookup.keys().apply(source)) {
                context.announced.add(Map.entry(lookup.lookup(), key));
            }
        }
        return new Transformation<>(stage.transform().rows(source, context), context.log);
    }

    /** Returns the errors that were logged, in their order. */
    List<String> errors() {
        return log.stream().map(entry -> entry.get("error").getAsString()).toList();
    }

    /** What the lookups find. */
    static final class Found {
        private final Map<Object, Object> values = new HashMap<>();

        <K, V> Found with(Lookup<K, V> lookup, K key, V value) {
            values.putIfAbsent(Map.entry(lookup, key), value);
            return this;
        }
    }

    private static final class MemoryContext implements Context {
        private final Found found;
        private final Set<Object> announced = new HashSet<>();
        private final List<JsonObject> log = new ArrayList<>();

        MemoryContext(Found found) {
            this.found = found;
        }

        @Override
        @SuppressWarnings("unchecked") // Found.with takes only values of the lookup's type.
        public <K, V> Optional<V> find(Lookup<K, V> lookup, K key) {
            if (!announced.contains(Map.entry(lookup, key))) {
                throw new IllegalArgumentException("key %s of %s was not announced".formatted(key, lookup));
            }
            return Optional.ofNullable((V) found.values.get(Map.entry(lookup, key)));
        }

        @Override
        public void log(JsonObject entry) {
            log.add(entry);
        }
    }
}
