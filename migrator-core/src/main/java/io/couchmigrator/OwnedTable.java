// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Destination} that holds what its documents ask for and nothing else: one row for each document that counts, under
 * the document's id, and none for others. Rows that differ are changed, rows that are as they should be are not touched, and the row of a
 * document that is deleted, or counts no longer, is deleted. A description only, which a run carries out. Immutable.
 *
 * <p>The table belongs to one stage, and with it all its rows. It is created if it is missing, and so is {@code couch_migrator_owner} in its
 * schema, which says whose it is. A table that has rows of nobody, or is of another migration or CouchDB database, is refused, unless it is to be
 * {@linkplain Migrator.Builder#adopt adopted}. Of two runs the one that claims it later has it; the other ends with {@link Outcome#BUSY}.
 *
 * @param <R> the type of the rows
 */
public final class OwnedTable<R> implements Destination<R> {
    private final Upsert<R> rows;
    private final List<Column> columns;
    private final Optional<Column> rev;
    private final boolean keepsDeleted;
    private final boolean deletesKept;
    private final boolean routedById;

    private OwnedTable(Builder<R> builder) {
        builder.id
                .flatMap(id -> builder.routerOfId.<Router<R>>map(
                        router -> (row, shards) -> router.shard(id.apply(row), shards)))
                .ifPresent(builder.rows::router);
        this.rows = builder.rows.onConflict(ConflictRule.UPDATE).build();
        this.columns = List.copyOf(builder.columns);
        this.rev = builder.rev;
        this.keepsDeleted = builder.keepsDeleted;
        this.deletesKept = builder.deletesKept;
        this.routedById = builder.routerOfId.isPresent();
    }

    /** Starts a table of this name. */
    public static <R> Builder<R> named(TableName table) {
        return new Builder<>(table);
    }

    /** Returns the table's name. */
    public TableName table() {
        return rows.table();
    }

    /** Returns how rows get there that a document asks for; its key is the document's id. */
    public Upsert<R> rows() {
        return rows;
    }

    /** Returns its columns as they are created, the id first. */
    public List<Column> columns() {
        return columns;
    }

    /** Returns the column of the documents' revisions; empty if it has none. */
    public Optional<Column> rev() {
        return rev;
    }

    /** Returns whether the row of a document that is deleted or purged stays as it was. */
    public boolean keepsDeleted() {
        return keepsDeleted;
    }

    /** Returns whether rows go that were kept so far, too. */
    public boolean deletesKept() {
        return deletesKept;
    }

    /** Returns whether the shard of a row depends on its document's id alone. */
    public boolean isRoutedById() {
        return routedById;
    }

    @Override
    public Optional<Router<R>> router() {
        return rows.router();
    }

    @Override
    public Set<TableName> tables() {
        return rows.tables();
    }

    @Override
    public boolean isComparable() {
        return true;
    }

    /** Returns the names of the table and of its columns. */
    @Override
    public String toString() {
        return "owned table \"%s\" of %s"
                .formatted(table(), columns.stream().map(Column::name).toList());
    }

    /**
     * A column of the table, which is never null.
     *
     * @param name the column's name
     * @param type its SQL type, such as {@code jsonb}
     */
    public record Column(String name, String type) {
        public Column {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(type, "type");
        }
    }

    /** Builds an {@link OwnedTable}; not safe for use by multiple threads. */
    public static final class Builder<R> {
        private final Upsert.Builder<R> rows;
        private final List<Column> columns = new ArrayList<>();
        private Optional<Column> rev = Optional.empty();
        private boolean keepsDeleted;
        private boolean deletesKept;
        private Optional<Function<R, String>> id = Optional.empty();
        private Optional<Router<String>> routerOfId = Optional.empty();

        private Builder(TableName table) {
            this.rows = Upsert.into(table);
        }

        /**
         * Sets the column of the document's id, {@code text collate "C" primary key}. Required, once, before all other columns.
         *
         * @param id the accessor, which returns the id of the document that the row is of
         */
        public Builder<R> id(String name, Function<R, String> id) {
            rows.key(name, id);
            this.id = Optional.of(id);
            columns.add(0, new Column(name, "text"));
            return this;
        }

        /**
         * Sets the column of the document's revision, {@code text not null}, by which a verification can compare without reading any
         * body. By default there is none.
         *
         * @param rev the accessor, which returns the revision of the document that the row is of
         */
        public Builder<R> rev(String name, Function<R, @Nullable Object> rev) {
            column(name, "text", rev);
            this.rev = Optional.of(columns.get(columns.size() - 1));
            return this;
        }

        /**
         * Adds a column that is never null.
         *
         * @param type its SQL type, such as {@code jsonb}, which reads the value's {@code toString()}
         */
        public Builder<R> column(String name, String type, Function<R, @Nullable Object> value) {
            rows.column(name, value);
            columns.add(new Column(name, type));
            return this;
        }

        /**
         * Lets the row of a document that is deleted or purged stay as it was. By default it is deleted, as that of one that counts no longer always is;
         * but a table that keeps such rows is refused then, unless they are {@linkplain #deletesKept to go}.
         */
        public Builder<R> keepsDeleted() {
            this.keepsDeleted = true;
            this.deletesKept = false;
            return this;
        }

        /**
         * Lets also the rows go that were kept so far, which CouchDB does not have any more. By default a table that keeps such rows is refused where
         * they are not to be {@linkplain #keepsDeleted kept}; one that keeps none is written as by default.
         */
        public Builder<R> deletesKept() {
            this.keepsDeleted = false;
            this.deletesKept = true;
            return this;
        }

        /** Sets to which shard a row belongs, which a {@linkplain ShardMap sharded} target needs. By default none is told. */
        public Builder<R> router(Router<R> router) {
            rows.router(router);
            this.routerOfId = Optional.empty();
            return this;
        }

        /**
         * Sets to which shard a row belongs by its document's id alone, in the place of {@link #router}: a change of a document that has a row is
         * then written into one database, and not looked for in the others.
         *
         * @param router gets what the accessor of the column of ids returns, as {@code Router.sipHash(Function.identity())} takes it
         */
        public Builder<R> routerOfId(Router<String> router) {
            this.routerOfId = Optional.of(router);
            return this;
        }

        /**
         * Returns the table.
         *
         * @throws IllegalStateException if it has no id, or a column twice
         */
        public OwnedTable<R> build() {
            return new OwnedTable<>(this);
        }
    }
}
