// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Stage} that reads the rows of one table of the target's database, in the order of an integer primary key.
 *
 * <p>A table has no change feed. A run on a complete stage reads the table again from the start, and every run ends
 * the stage by reading its last 10,000 keys once more, because keys are committed out of order.
 *
 * @param <R> the type of the rows that are written
 */
public final class TableStage<R> implements Stage<SourceRow, R> {
    private final String name;
    private final int definition;
    private final String description;
    private final TableName table;
    private final String primaryKey;
    private final List<String> columns;
    private final boolean optional;
    private final List<Lookup.Keys<SourceRow>> lookups;
    private final Transform<SourceRow, R> transform;
    private final ErrorRule onTransformError;
    private final Destination<R> destination;

    private TableStage(Builder<R> builder) {
        this.name = builder.name;
        this.definition = builder.definition;
        this.description = builder.description.isEmpty() ? builder.name : builder.description;
        this.table = builder.table == null ? TableName.parse(builder.name) : builder.table;
        this.primaryKey = builder.primaryKey;
        this.columns = List.copyOf(builder.columns);
        this.optional = builder.optional;
        this.lookups = List.copyOf(builder.lookups);
        this.transform = Required.of(builder.transform, "transform", "stage", name);
        this.onTransformError = builder.onTransformError;
        this.destination = Required.of(builder.destination, "upsert or writer", "stage", name);
    }

    /**
     * Starts a stage of this name, which is also {@linkplain TableName#parse read} as the name of its table unless
     * {@link Builder#table(TableName)} says otherwise.
     */
    public static <R> Builder<R> builder(String name) {
        return new Builder<>(name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int definition() {
        return definition;
    }

    @Override
    public String description() {
        return description;
    }

    /** Returns the table's name. */
    public TableName table() {
        return table;
    }

    /** Returns the name of the key column, an integer type. */
    public String primaryKey() {
        return primaryKey;
    }

    /** Returns the columns that are read beside the primary key. */
    public List<String> columns() {
        return columns;
    }

    /** Returns whether the stage is skipped, rather than an error, where the table does not exist. */
    public boolean optional() {
        return optional;
    }

    @Override
    public List<Lookup.Keys<SourceRow>> lookups() {
        return lookups;
    }

    @Override
    public Transform<SourceRow, R> transform() {
        return transform;
    }

    @Override
    public ErrorRule onTransformError() {
        return onTransformError;
    }

    @Override
    public Destination<R> destination() {
        return destination;
    }

    /** Returns the names of the stage and of its table. */
    @Override
    public String toString() {
        return "stage \"%s\" of table \"%s\"".formatted(name, table);
    }

    /** Builds a {@link TableStage}; not safe for use by multiple threads. */
    public static final class Builder<R> {
        private final String name;
        private final List<String> columns = new ArrayList<>();
        private final List<Lookup.Keys<SourceRow>> lookups = new ArrayList<>();
        private int definition = 1;
        private String description = "";
        private @Nullable TableName table;
        private String primaryKey = "id";
        private boolean optional;
        private ErrorRule onTransformError = ErrorRule.END;
        private @Nullable Transform<SourceRow, R> transform;
        private @Nullable Destination<R> destination;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /** Sets the definition version; see {@link Stage#definition}. The default is 1, which is the least. */
        public Builder<R> definition(int definition) {
            this.definition = Required.positive(definition, "definition of stage \"%s\"".formatted(name));
            return this;
        }

        /** Sets what the operator reads beside the number of rows. The default is the stage's name. */
        public Builder<R> description(String description) {
            this.description = Objects.requireNonNull(description, "description");
            return this;
        }

        /** Sets the table's name. The default is the stage's name. */
        public Builder<R> table(TableName table) {
            this.table = Objects.requireNonNull(table, "table");
            return this;
        }

        /** Sets the table's name to what this is {@linkplain TableName#parse read} as. */
        public Builder<R> table(String table) {
            return table(TableName.parse(table));
        }

        /** Sets the integer key column. The default is {@code id}. */
        public Builder<R> primaryKey(String primaryKey) {
            this.primaryKey = Objects.requireNonNull(primaryKey, "primaryKey");
            return this;
        }

        /** Adds columns to read. By default none is read beside the primary key. */
        public Builder<R> columns(String... columns) {
            this.columns.addAll(List.of(columns));
            return this;
        }

        /** Sets whether the table may be missing. The default is false. */
        public Builder<R> optional(boolean optional) {
            this.optional = optional;
            return this;
        }

        /** Adds a lookup and the keys that a row needs of it; asked once a batch for all its rows. */
        public <K, V> Builder<R> lookup(Lookup<K, V> lookup, Function<SourceRow, Collection<K>> keys) {
            lookups.add(new Lookup.Keys<>(lookup, keys));
            return this;
        }

        /** Sets the function from a source row to its rows. Required. */
        public Builder<R> transform(Transform<SourceRow, R> transform) {
            this.transform = Objects.requireNonNull(transform, "transform");
            return this;
        }

        /**
         * Sets what becomes of a run where a function of this stage is broken for a source row: the transform, the keys of a
         * lookup, or one of the writer and its router. The default is {@link ErrorRule#END}.
         */
        public Builder<R> onTransformError(ErrorRule onTransformError) {
            this.onTransformError = Objects.requireNonNull(onTransformError, "onTransformError");
            return this;
        }

        /** Sets into which table the rows go. This or a {@link #writer} is required; the one that is set last counts. */
        public Builder<R> upsert(Upsert<R> upsert) {
            this.destination = Objects.requireNonNull(upsert, "upsert");
            return this;
        }

        /** Sets what stores the rows, instead of an {@link #upsert}. */
        public Builder<R> writer(Writer<R> writer) {
            this.destination = Objects.requireNonNull(writer, "writer");
            return this;
        }

        /**
         * Returns the stage.
         *
         * @throws IllegalStateException if the transform is missing, or upsert and writer both are
         */
        public TableStage<R> build() {
            return new TableStage<>(this);
        }
    }
}
