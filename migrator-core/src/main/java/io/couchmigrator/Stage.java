// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.internal.arguments.Required;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One step of a {@link Migration}: items of one kind, from one place, that become rows of one type.
 *
 * <p>There are two kinds: {@link DocumentStage} reads a CouchDB database, {@link TableStage} reads a PostgreSQL table
 * by its primary key. Stages are immutable and safe for use by multiple threads, provided that the functions and the
 * writer given to them are: several workers call those at once.
 *
 * @param <S> what is read
 * @param <R> the type of the rows that are written
 */
public abstract sealed class Stage<S, R> permits DocumentStage, TableStage {
    private final String name;
    private final int definition;
    private final String description;
    private final List<Lookup.Keys<S>> lookups;
    private final Transform<S, R> transform;
    private final ErrorRule onTransformError;
    private final Destination<R> destination;

    Stage(Builder<S, R, ?> builder, String defaultDescription) {
        this.name = builder.name;
        this.definition = builder.definition;
        this.description = builder.description.isEmpty() ? defaultDescription : builder.description;
        this.lookups = List.copyOf(builder.lookups);
        this.transform = Required.of(builder.transform, "transform", "stage", name);
        this.onTransformError = builder.onTransformError;
        this.destination = Required.of(builder.destination, "upsert or writer", "stage", name);
    }

    /** Returns the name that identifies this stage within its migration; offsets and rejects are kept under it. */
    public String name() {
        return name;
    }

    /**
     * Returns the version of what this stage means. Its author raises it when rows would come out differently, so that
     * offsets of the former meaning are refused instead of continued.
     */
    public int definition() {
        return definition;
    }

    /** Returns what an operator reads beside the number of items, such as the types of documents that count. */
    public String description() {
        return description;
    }

    /** Returns what is looked up for each batch before it is transformed. */
    public List<Lookup.Keys<S>> lookups() {
        return lookups;
    }

    /** Returns the function from an item to its rows. */
    public Transform<S, R> transform() {
        return transform;
    }

    /** Returns what becomes of a run where a function of this stage is broken. */
    public ErrorRule onTransformError() {
        return onTransformError;
    }

    /** Returns where the rows go. */
    public Destination<R> destination() {
        return destination;
    }

    /**
     * What is set of a stage of either kind. Its public methods are offered by the builders that inherit them.
     *
     * @param <B> the builder that inherits, and that each method returns
     */
    abstract static sealed class Builder<S, R, B extends Builder<S, R, B>>
            permits DocumentStage.Builder, TableStage.Builder {
        final String name;
        private final List<Lookup.Keys<S>> lookups = new ArrayList<>();
        private int definition = 1;
        private String description = "";
        private ErrorRule onTransformError = ErrorRule.END;
        private @Nullable Transform<S, R> transform;
        private @Nullable Destination<R> destination;

        Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        abstract B self();

        /** Sets the definition version; see {@link Stage#definition}. The default is 1, which is the least. */
        public B definition(int definition) {
            this.definition = Required.positive(definition, "definition of stage \"%s\"".formatted(name));
            return self();
        }

        /**
         * Sets what the operator reads beside the number of items. The default is the database's name for documents, and
         * the stage's name for rows of a table.
         */
        public B description(String description) {
            this.description = Objects.requireNonNull(description, "description");
            return self();
        }

        /** Adds a lookup and the keys that an item needs of it; asked once a batch for all its items. */
        public <K, V> B lookup(Lookup<K, V> lookup, Function<S, Collection<K>> keys) {
            lookups.add(new Lookup.Keys<>(lookup, keys));
            return self();
        }

        /** Sets the function from an item to its rows. Required. */
        public B transform(Transform<S, R> transform) {
            this.transform = Objects.requireNonNull(transform, "transform");
            return self();
        }

        /**
         * Sets what becomes of a run where a function of this stage is broken for an item: the condition on documents,
         * the transform, the keys of a lookup, or one of the writer and its router. The default is {@link ErrorRule#END}.
         */
        public B onTransformError(ErrorRule onTransformError) {
            this.onTransformError = Objects.requireNonNull(onTransformError, "onTransformError");
            return self();
        }

        /** Sets into which table the rows go. This or a {@code writer} is required; the one that is set last counts. */
        public B upsert(Upsert<R> upsert) {
            return destination(Objects.requireNonNull(upsert, "upsert"));
        }

        /** Sets what stores the rows, instead of an {@code upsert}. */
        public B writer(Writer<R> writer) {
            return destination(Objects.requireNonNull(writer, "writer"));
        }

        B destination(Destination<R> rows) {
            this.destination = rows;
            return self();
        }
    }
}
