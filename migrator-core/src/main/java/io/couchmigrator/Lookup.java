// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A second source that a stage consults while it transforms: asked once a batch for all keys, never once an item.
 *
 * @param <K> the keys
 * @param <V> what is found under a key
 */
public sealed interface Lookup<K, V> {
    /**
     * Returns a lookup in a table of the target's database: an integer key column and a value column read as text.
     * Null counts as not found; of several rows with one key the smallest value is found.
     */
    static Lookup<Long, String> rows(TableName table, String keyColumn, String valueColumn) {
        return new Rows(table, keyColumn, valueColumn);
    }

    /** Returns a {@linkplain #rows(TableName, String, String) lookup} in the table whose name this is {@linkplain TableName#parse read} as. */
    static Lookup<Long, String> rows(String table, String keyColumn, String valueColumn) {
        return rows(TableName.parse(table), keyColumn, valueColumn);
    }

    /** Returns a lookup of documents by id in a CouchDB database, reading the named top-level fields. */
    static Lookup<String, Document> documents(String database, String... fields) {
        return new Documents(database, List.of(fields));
    }

    /** Rows of a table; made by {@link Lookup#rows(TableName, String, String)}. */
    record Rows(TableName table, String keyColumn, String valueColumn) implements Lookup<Long, String> {
        public Rows {
            Objects.requireNonNull(table, "table");
            Objects.requireNonNull(keyColumn, "keyColumn");
            Objects.requireNonNull(valueColumn, "valueColumn");
        }
    }

    /** Documents of a database; made by {@link Lookup#documents}. */
    record Documents(String database, List<String> fields) implements Lookup<String, Document> {
        public Documents {
            Objects.requireNonNull(database, "database");
            fields = List.copyOf(fields);
        }
    }

    /**
     * A lookup, and which of its keys an item needs.
     *
     * @param <S> what the stage reads
     * @param lookup where to look
     * @param keys the keys that an item will ask for; called by several workers at once
     */
    record Keys<S>(Lookup<?, ?> lookup, Function<S, ? extends Collection<?>> keys) {
        public Keys {
            Objects.requireNonNull(lookup, "lookup");
            Objects.requireNonNull(keys, "keys");
        }
    }
}
