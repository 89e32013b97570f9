// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
public final class DocumentStage<R> implements Stage<Document, R> {
    private final String name;
    private final int definition;
    private final String description;
    private final String database;
    private final List<String> fields;
    private final boolean readsText;
    private final Predicate<Document> condition;
    private final List<Lookup.Keys<Document>> lookups;
    private final Transform<Document, R> transform;
    private final ErrorRule onTransformError;
    private final Destination<R> destination;

    private DocumentStage(Builder<R> builder) {
        this.name = builder.name;
        this.definition = builder.definition;
        this.database = builder.database;
        this.description = builder.description.isEmpty() ? builder.database : builder.description;
        this.fields = List.copyOf(builder.fields);
        this.readsText = builder.readsText;
        this.condition = builder.condition;
        this.lookups = List.copyOf(builder.lookups);
        this.transform = Required.of(builder.transform, "transform", "stage", name);
        this.onTransformError = builder.onTransformError;
        this.destination = Required.of(builder.destination, "upsert or writer", "stage", name);
    }

    /**
     * Starts a stage of this name, which is also the name of its database unless {@link Builder#database} says
     * otherwise.
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

    @Override
    public List<Lookup.Keys<Document>> lookups() {
        return lookups;
    }

    @Override
    public Transform<Document, R> transform() {
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

    /** Returns the names of the stage and of its database. */
    @Override
    public String toString() {
        return "stage \"%s\" of database \"%s\"".formatted(name, database);
    }

    /** Builds a {@link DocumentStage}; not safe for use by multiple threads. */
    public static final class Builder<R> {
        private final String name;
        private final List<String> fields = new ArrayList<>();
        private final List<Lookup.Keys<Document>> lookups = new ArrayList<>();
        private boolean readsText;
        private int definition = 1;
        private String description = "";
        private String database;
        private Predicate<Document> condition = document -> true;
        private ErrorRule onTransformError = ErrorRule.END;
        private @Nullable Transform<Document, R> transform;
        private @Nullable Destination<R> destination;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
            this.database = name;
        }

        /** Sets the definition version; see {@link Stage#definition}. The default is 1, which is the least. */
        public Builder<R> definition(int definition) {
            this.definition = Required.positive(definition, "definition of stage \"%s\"".formatted(name));
            return this;
        }

        /** Sets what the operator reads beside the number of documents. The default is the database's name. */
        public Builder<R> description(String description) {
            this.description = Objects.requireNonNull(description, "description");
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

        /** Sets which documents count. By default all do, design documents too. */
        public Builder<R> condition(Predicate<Document> condition) {
            this.condition = Objects.requireNonNull(condition, "condition");
            return this;
        }

        /** Adds a lookup and the keys that a document needs of it; asked once a batch for all its documents. */
        public <K, V> Builder<R> lookup(Lookup<K, V> lookup, Function<Document, Collection<K>> keys) {
            lookups.add(new Lookup.Keys<>(lookup, keys));
            return this;
        }

        /** Sets the function from a document to its rows. Required. */
        public Builder<R> transform(Transform<Document, R> transform) {
            this.transform = Objects.requireNonNull(transform, "transform");
            return this;
        }

        /**
         * Sets what becomes of a run where a function of this stage is broken for a document: the condition, the transform, the keys of a
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
        public DocumentStage<R> build() {
            return new DocumentStage<>(this);
        }
    }
}
