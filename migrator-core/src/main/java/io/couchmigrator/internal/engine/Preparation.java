// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.postgres.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes rows of items: looks up what a batch needs, and transforms. Safe for use by multiple threads, each with a session
 * of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
final class Preparation<S, R> {
    private final Stage<S, R> stage;
    private final Lookups lookups;
    private final Consumer<R> check;

    /** @param check refuses a row that the target cannot store */
    Preparation(Stage<S, R> stage, Lookups lookups, Consumer<R> check) {
        this.stage = stage;
        this.lookups = lookups;
        this.check = check;
    }

    /**
     * What became of the items of a batch. The others do not count for the stage, or are gone.
     *
     * @param ready those whose rows are made
     * @param refused those that cannot be stored or read
     */
    record Prepared<R>(List<Ready<R>> ready, List<Refused> refused) {
        /** Returns how many items counted for the stage. */
        long counted() {
            return (long) ready.size() + refused.size();
        }
    }

    Prepared<R> prepared(List<Item<S>> batch, Session session) {
        List<S> found = new ArrayList<>();
        for (Item<S> item : batch) {
            if (item instanceof Item.Found<S> there) {
                found.add(there.source());
            }
        }
        Map<Lookup<?, ?>, LookedUp> lookedUp = lookups.ask(stage.lookups(), found, session);
        List<Ready<R>> ready = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (Item<S> item : batch) {
            if (item instanceof Item.Found<S> there) {
                transform(there, new BatchContext(lookedUp), ready, refused);
            } else if (item instanceof Item.Unreadable<S> unreadable) {
                refused.add(new Refused(item.id(), unreadable.rev(), "", "unreadable", unreadable.reason()));
            }
        }
        return new Prepared<>(ready, refused);
    }

    private void transform(Item.Found<S> item, BatchContext context, List<Ready<R>> ready, List<Refused> refused) {
        try {
            ready.add(new Ready<>(
                    item.id(), item.rev(), () -> docType(item.source()), rows(item, context), context.entries()));
        } catch (RejectException e) {
            refused.add(new Refused(item.id(), item.rev(), docType(item.source()), e.code(), e.reason()));
        }
    }

    /** Anything but a reject is a bug of the stage; the document that shows it must be named, but not quoted. */
    private List<R> rows(Item.Found<S> item, BatchContext context) {
        String what = "transform";
        try {
            List<R> rows = stage.transform().rows(item.source(), context);
            what = "writer or router";
            rows.forEach(check);
            return rows;
        } catch (RejectException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "the %s of stage \"%s\" failed on \"%s\": expected rows or a RejectException"
                            .formatted(what, stage.name(), item.id().text()),
                    TransformFault.of(e));
        }
    }

    private String docType(S source) {
        if (!(source instanceof Document document)) {
            return stage.name();
        }
        JsonElement docType = document.field("doc_type");
        return docType.isJsonPrimitive() ? docType.getAsString() : "";
    }
}
