// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import com.google.gson.JsonObject;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Carries a batch from items to committed rows: look up, transform, write, and then, only then, log. Safe for use by
 * multiple threads, each with sessions of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
record BatchWriter<S, R>(Preparation<S, R> preparation, Sink<R> sink, StageJournal journal) implements BatchTaker<S> {
    /** Writes a batch; on return its rows are committed. */
    @Override
    public Tallies take(List<Item<S>> batch, Target.Connections sessions) {
        List<Tallies> parts = new ArrayList<>();
        preparation.prepare(latest(batch), sessions.main(), prepared -> parts.add(written(prepared, sessions)));
        return parts.stream().reduce(Tallies.NONE, Tallies::plus);
    }

    @Override
    public BatchTaker<S> candidates(
            Interval read, List<Item<S>> named, Target.Connections sessions, Consumer<List<SourceId>> then) {
        Whereabouts seen = preparation.candidates(read, named, sessions, then);
        return new BatchWriter<>(preparation, sink.knowing(seen), journal);
    }

    /** Returns the last of the items of each id: a feed may tell of a document twice, and what it asks for now counts. */
    static <S> List<Item<S>> latest(List<Item<S>> batch) {
        if (ascends(batch)) {
            return batch;
        }
        Map<SourceId, Item<S>> latest = new LinkedHashMap<>();
        batch.forEach(item -> latest.put(item.id(), item));
        return List.copyOf(latest.values());
    }

    /** Returns whether each id comes after the one before, as on a page: then none is there twice. */
    private static boolean ascends(List<? extends Item<?>> batch) {
        for (int i = 1; i < batch.size(); i++) {
            if (!KeyOrder.isBelow(
                    batch.get(i - 1).id().text(), batch.get(i).id().text())) {
                return false;
            }
        }
        return true;
    }

    private Tallies written(Preparation.Prepared<S, R> prepared, Target.Connections sessions) {
        Sink.Outcome outcome = sink.write(prepared.changes(), sessions);
        List<Refused> refused = new ArrayList<>(prepared.refused());
        refused.addAll(outcome.refused());
        Set<SourceId> rejectedIds = refused.stream().map(Refused::id).collect(Collectors.toSet());
        long processed = prepared.changes().stream()
                .filter(item -> item.isPresent() && !rejectedIds.contains(item.id()))
                .count();
        long rejected = journal.committed(prepared.items(), prepared.changes(), refused);
        return new Tallies(
                prepared.items().size(),
                processed,
                prepared.items().size() - processed - refused.size(),
                rejected,
                outcome.written(),
                outcome.alreadyThere(),
                outcome.deleted(),
                Verified.NONE,
                Rows.NONE);
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
