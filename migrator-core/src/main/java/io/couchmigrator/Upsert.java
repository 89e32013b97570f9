// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Destination} that ships: rows go into one table, and a row whose key is already there is left alone or changed
 * as the {@link ConflictRule} says. A description only, which a run carries out. Immutable.
 *
 * <p>A batch is one statement, whatever its size. Its rows are sorted by key, so that two writers never deadlock, and
 * free of duplicates: the first of several rows with one key wins under {@link ConflictRule#NOTHING}, the last under
 * {@link ConflictRule#UPDATE}. A row that is already there costs no value of the table's sequence.
 *
 * @param <R> the type of the rows
 */
public final class Upsert<R> implements Destination<R> {
    private final TableName table;
    private final Optional<TableName> tableBehindView;
    private final List<Column<R>> columns;
    private final List<Expression> expressions;
    private final ConflictRule conflictRule;
    private final Optional<Router<R>> router;

    private Upsert(Builder<R> builder) {
        this.table = builder.table;
        this.tableBehindView = builder.tableBehindView;
        this.columns = List.copyOf(builder.columns);
        this.expressions = List.copyOf(builder.expressions);
        this.conflictRule = builder.conflictRule;
        this.router = builder.router;
    }

    /** Starts an upsert into this table. */
    public static <R> Builder<R> into(TableName table) {
        return new Builder<>(table);
    }

    /** Starts an upsert into the table whose name this is {@linkplain TableName#parse read} as. */
    public static <R> Builder<R> into(String table) {
        return into(TableName.parse(table));
    }

    /** Returns the table's name. */
    public TableName table() {
        return table;
    }

    /** Returns the table that rows go into where the upsert's own is a view; empty if none was named. */
    public Optional<TableName> tableBehindView() {
        return tableBehindView;
    }

    /** Returns the columns that get their values from a row, the key first. */
    public List<Column<R>> columns() {
        return columns;
    }

    /** Returns the columns that get their values from an SQL expression. */
    public List<Expression> expressions() {
        return expressions;
    }

    /** Returns what happens to a row whose key is already there. */
    public ConflictRule conflictRule() {
        return conflictRule;
    }

    @Override
    public Optional<Router<R>> router() {
        return router;
    }

    @Override
    public Set<TableName> tables() {
        Set<TableName> tables = new LinkedHashSet<>();
        tables.add(table);
        tableBehindView.ifPresent(tables::add);
        return tables;
    }

    @Override
    public boolean isComparable() {
        return true;
    }

    /** Returns the names of the table and of the columns that get values of rows. */
    @Override
    public String toString() {
        return "upsert into \"%s\" of %s"
                .formatted(table, columns.stream().map(Column::name).toList());
    }

    /** What a column must hold, so that a wrong table is found before the first document. */
    public enum Kind {
        /** Text. */
        TEXT,
        /** Whole numbers: {@code smallint}, {@code integer} or {@code bigint}. */
        INTEGER,
        /** Anything that PostgreSQL reads from the value's text; not checked beforehand. */
        ANY
    }

    /**
     * A column that gets its value from a row.
     *
     * @param name the column's name
     * @param kind what the column must hold
     * @param value the accessor; it may return null, and is called more than once
     */
    public record Column<R>(String name, Kind kind, Function<R, ? extends @Nullable Object> value) {
        public Column {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * A column that gets its value from the server.
     *
     * @param column the column's name
     * @param sql the expression, evaluated for each new row
     */
    public record Expression(String column, String sql) {
        public Expression {
            Objects.requireNonNull(column, "column");
            Objects.requireNonNull(sql, "sql");
        }
    }

    /** Builds an {@link Upsert}; not safe for use by multiple threads. */
    public static final class Builder<R> {
        private final TableName table;
        private Optional<TableName> tableBehindView = Optional.empty();
        private final List<Column<R>> columns = new ArrayList<>();
        private final List<Expression> expressions = new ArrayList<>();
        private ConflictRule conflictRule = ConflictRule.NOTHING;
        private Optional<Router<R>> router = Optional.empty();
        private boolean keyed;

        private Builder(TableName table) {
            this.table = Objects.requireNonNull(table, "table");
        }

        /**
         * Sets the table that rows go into where the upsert's own is a view over that one and others, as it may be in some
         * releases of an application: whether a key is there is asked of the view, and rows are compared with it. Where the
         * upsert's own is a table, rows go into that. By default they always do. Not for {@link ConflictRule#UPDATE}.
         */
        public Builder<R> tableBehindView(TableName table) {
            this.tableBehindView = Optional.of(Objects.requireNonNull(table, "table"));
            return this;
        }

        /** Sets the {@linkplain #tableBehindView(TableName) table behind the view} whose name this is {@linkplain TableName#parse read} as. */
        public Builder<R> tableBehindView(String table) {
            return tableBehindView(TableName.parse(table));
        }

        /** Sets the key: a text column with a unique index of its own. Required, once. */
        public Builder<R> key(String name, Function<R, String> value) {
            if (keyed) {
                throw new IllegalStateException(
                        "upsert into \"%s\" has a second key \"%s\": expected one".formatted(table, name));
            }
            keyed = true;
            columns.add(0, new Column<>(name, Kind.TEXT, value));
            return this;
        }

        /** Adds a text column. */
        public Builder<R> text(String name, Function<R, @Nullable String> value) {
            columns.add(new Column<>(name, Kind.TEXT, value));
            return this;
        }

        /** Adds a column of whole numbers; the row's value may be larger than the column's type, and is checked. */
        public Builder<R> integer(String name, Function<R, @Nullable Number> value) {
            columns.add(new Column<>(name, Kind.INTEGER, value));
            return this;
        }

        /** Adds a column of any other type, which PostgreSQL reads from the value's {@code toString()}. */
        public Builder<R> column(String name, Function<R, @Nullable Object> value) {
            columns.add(new Column<>(name, Kind.ANY, value));
            return this;
        }

        /** Adds a column that gets its value from an SQL expression, such as {@code clock_timestamp()}. */
        public Builder<R> expression(String column, String sql) {
            expressions.add(new Expression(column, sql));
            return this;
        }

        /** Sets what happens to a row whose key is already there. The default is {@link ConflictRule#NOTHING}. */
        public Builder<R> onConflict(ConflictRule conflictRule) {
            this.conflictRule = Objects.requireNonNull(conflictRule, "conflictRule");
            return this;
        }

        /** Sets to which shard a row belongs, which a {@linkplain ShardMap sharded} target needs. By default none is told. */
        public Builder<R> router(Router<R> router) {
            this.router = Optional.of(Objects.requireNonNull(router, "router"));
            return this;
        }

        /**
         * Returns the upsert.
         *
         * @throws IllegalStateException if it has no key, writes a column twice, or would change rows that a view shows
         */
        public Upsert<R> build() {
            if (!keyed) {
                throw new IllegalStateException(
                        "upsert into \"%s\" has no key: set one before build()".formatted(table));
            }
            if (tableBehindView.isPresent() && conflictRule == ConflictRule.UPDATE) {
                throw new IllegalStateException(
                        "upsert into \"%s\" names a table behind a view and changes rows that are there, which may be another table's: leave them alone"
                                .formatted(table));
            }
            Set<String> names = new TreeSet<>();
            columns.forEach(column -> once(column.name(), names));
            expressions.forEach(expression -> once(expression.column(), names));
            return new Upsert<>(this);
        }

        private void once(String column, Set<String> names) {
            if (!names.add(column)) {
                throw new IllegalStateException(
                        "upsert into \"%s\" writes column \"%s\" twice: name it once".formatted(table, column));
            }
        }
    }
}
