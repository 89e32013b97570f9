// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A {@link Stage} that reads the documents of one CouchDB database.
 *
 * <pre>{@code
 * DocumentStage<Order> orders = DocumentStage.<Order>builder("orders")
 *         .fields("type", "customer", "total")
 *         .condition(document -> document.field("type").equals(new JsonPrimitive("order")))
 *         .transform((document, context) -> List.of(Order.of(document)))
 *         .upsert(Upsert.<Order>into("orders").key("id", Order::id).text("customer", Order::customer).build())
 *         .build();
 * }</pre>
 *
 * @param <R> the type of the rows that are written
 */
public final class DocumentStage<R> extends Stage<Document, R> {
    private final String database;
    private final List<String> fields;
    private final boolean readsText;
    private final Predicate<Document> condition;

    private DocumentStage(Builder<R> builder) {
        super(builder, builder.database);
        this.database = builder.database;
        this.fields = List.copyOf(builder.fields);
        this.readsText = builder.readsText;
        this.condition = builder.condition;
    }

    /**
     * Starts a stage of this name, which is also the name of its database unless {@link Builder#database} says
     * otherwise.
     */
    public static <R> Builder<R> builder(String name) {
        return new Builder<>(name);
    }

    /** Returns the name of the CouchDB database. */
    public String database() {
        return database;
    }

    /**
     * Returns the top-level fields that are read of each document. All others are skipped by the parser, and not
     * held in memory unless the {@linkplain #readsText text} is; {@code _id} and {@code _rev} are always there.
     */
    public List<String> fields() {
        return fields;
    }

    /** Returns whether the whole text of each document is read, for {@link Document#text()}. */
    public boolean readsText() {
        return readsText;
    }

    /** Returns which documents count; all others are filtered out. */
    public Predicate<Document> condition() {
        return condition;
    }

    /** Returns the names of the stage and of its database. */
    @Override
    public String toString() {
        return "stage \"%s\" of database \"%s\"".formatted(name(), database);
    }

    /** Builds a {@link DocumentStage}; not safe for use by multiple threads. */
    public static final class Builder<R> extends Stage.Builder<Document, R, Builder<R>> {
        private final List<String> fields = new ArrayList<>();
        private boolean readsText;
        private String database;
        private Predicate<Document> condition = document -> true;

        private Builder(String name) {
            super(name);
            this.database = name;
        }

        @Override
        Builder<R> self() {
            return this;
        }

        /** Sets the CouchDB database's name. The default is the stage's name. */
        public Builder<R> database(String database) {
            this.database = Objects.requireNonNull(database, "database");
            return this;
        }

        /**
         * Adds top-level fields to read. By default none is read beside {@code _id} and {@code _rev}.
         *
         * @throws IllegalArgumentException for {@code _id} and {@code _rev}, which are no fields of a {@link Document}
         */
        public Builder<R> fields(String... fields) {
            for (String field : fields) {
                if (field.equals("_id") || field.equals("_rev")) {
                    throw new IllegalArgumentException(
                            "unexpected field \"%s\" of stage \"%s\": it is always read, use Document.%s()"
                                    .formatted(field, name, field.substring(1)));
                }
                this.fields.add(field);
            }
            return this;
        }

        /**
         * Reads the whole text of each document, as the server sent it, beside fields or instead of them. By default it is not read, and
         * {@link Document#text()} throws.
         */
        public Builder<R> text() {
            this.readsText = true;
            return this;
        }

        /**
         * Sets the table that holds the rows of the stage's documents and no others, instead of an {@code upsert} or a {@code writer}. No
         * other stage may fill it.
         */
        public Builder<R> owns(OwnedTable<R> table) {
            return destination(Objects.requireNonNull(table, "table"));
        }

        /** Sets which documents count. By default all do, design documents too. */
        public Builder<R> condition(Predicate<Document> condition) {
            this.condition = Objects.requireNonNull(condition, "condition");
            return this;
        }

        /**
         * Returns the stage.
         *
         * @throws IllegalStateException if the transform is missing, or upsert and writer both are
         */
        public DocumentStage<R> build() {
            return new DocumentStage<>(this);
        }
    }
}
