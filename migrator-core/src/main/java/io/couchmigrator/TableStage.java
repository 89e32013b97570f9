// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Stage} that reads the rows of one table of the target's database, in the order of an integer primary key.
 *
 * <p>A table has no change feed. A run on a complete stage reads the table again from the start, and every run ends
 * the stage by reading its last 10,000 keys once more, because keys are committed out of order.
 *
 * @param <R> the type of the rows that are written
 */
public final class TableStage<R> extends Stage<SourceRow, R> {
    private final TableName table;
    private final String primaryKey;
    private final List<String> columns;
    private final boolean optional;

    private TableStage(Builder<R> builder) {
        super(builder, builder.name);
        this.table = builder.table == null ? TableName.parse(builder.name) : builder.table;
        this.primaryKey = builder.primaryKey;
        this.columns = List.copyOf(builder.columns);
        this.optional = builder.optional;
    }

    /**
     * Starts a stage of this name, which is also {@linkplain TableName#parse read} as the name of its table unless
     * {@link Builder#table(TableName)} says otherwise.
     */
    public static <R> Builder<R> builder(String name) {
        return new Builder<>(name);
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

    /** Returns the names of the stage and of its table. */
    @Override
    public String toString() {
        return "stage \"%s\" of table \"%s\"".formatted(name(), table);
    }

    /** Builds a {@link TableStage}; not safe for use by multiple threads. */
    public static final class Builder<R> extends Stage.Builder<SourceRow, R, Builder<R>> {
        private final List<String> columns = new ArrayList<>();
        private @Nullable TableName table;
        private String primaryKey = "id";
        private boolean optional;

        private Builder(String name) {
            super(name);
        }

        @Override
        Builder<R> self() {
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
