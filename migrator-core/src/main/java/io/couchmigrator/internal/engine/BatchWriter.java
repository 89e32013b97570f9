// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonObject;
import io.couchmigrator.Document;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.postgres.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Carries a batch from items to committed rows: look up, transform, write, and then, only then, log. Safe for use by
 * multiple threads, each with a session of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
final class BatchWriter<S, R> {
    private final Stage<S, R> stage;
    private final Lookups lookups;
    private final Sink<R> sink;
    private final StageJournal journal;

    BatchWriter(Stage<S, R> stage, Lookups lookups, Sink<R> sink, StageJournal journal) {
        this.stage = stage;
        this.lookups = lookups;
        this.sink = sink;
        this.journal = journal;
    }

    /** Writes a batch; on return its rows are committed. */
    Tallies write(List<Item<S>> batch, Session session) {
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
        Sink.Outcome outcome = sink.write(ready, session);
        refused.addAll(outcome.refused());
        journal.committed(batch, ready, refused);
        long counted = found.size()
                + batch.stream().filter(Item.Unreadable.class::isInstance).count();
        return new Tallies(
                batch.size(),
                counted - refused.size(),
                batch.size() - counted,
                refused.size(),
                outcome.written(),
                outcome.alreadyThere());
    }

    private void transform(Item.Found<S> item, BatchContext context, List<Ready<R>> ready, List<Refused> refused) {
        String docType = docType(item.source());
        try {
            List<R> rows = rows(item, context);
            rows.forEach(sink::check);
            ready.add(new Ready<>(item.id(), item.rev(), docType, rows, context.entries()));
        } catch (RejectException e) {
            refused.add(new Refused(item.id(), item.rev(), docType, e.code(), e.reason()));
        }
    }

    /** Anything but a reject is a bug of the stage; the document that shows it must be named, but not quoted. */
    private List<R> rows(Item.Found<S> item, BatchContext context) {
        try {
            return stage.transform().rows(item.source(), context);
        } catch (RejectException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "the transform of stage \"%s\" failed on \"%s\": expected rows or a RejectException"
                            .formatted(stage.name(), item.id().text()),
                    TransformFault.of(e));
        }
    }

    private String docType(S source) {
        if (!(source instanceof Document document)) {
            return stage.name();
        }
        boolean named = document.field("doc_type").isJsonPrimitive();
        return named ? document.field("doc_type").getAsString() : "";
    }

    /** Returns the entry of the migration log for an item that was rejected. */
    static JsonObject entry(Refused refused) {
        JsonObject entry = new JsonObject();
        entry.addProperty("error", refused.code());
        entry.addProperty("doc_type", refused.docType().isEmpty() ? null : refused.docType());
        entry.add("doc_id", refused.id().json());
        entry.addProperty("reason", refused.reason());
        return entry;
    }
}
