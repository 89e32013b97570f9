// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Outcome;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.retry.SideBySide;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Writes each row into its database, into all of them side by side. Returns once every database has committed; where one
 * does not, what the others have is harmless, since it will be there already. What an item has elsewhere is taken away after its rows
 * are committed, and not where one of them is refused.
 *
 * @param <R> the type of the rows
 * @param place the number of the database that a row goes to
 * @param whereabouts where items may have had rows before
 * @param sinks one for each database
 */
record ShardedSink<R>(ToIntFunction<R> place, Whereabouts whereabouts, List<Sink<R>> sinks, SideBySide sideBySide)
        implements Sink<R> {
    @Override
    public Outcome write(List<Ready<R>> items, Target.Connections sessions) {
        List<List<Ready<R>>> routed = routed(items);
        Outcome stored = write(routed, item -> !item.rows().isEmpty(), sessions);
        Set<SourceId> refused = stored.refused().stream().map(Refused::id).collect(Collectors.toSet());
        Outcome cleared = write(routed, item -> item.rows().isEmpty() && !refused.contains(item.id()), sessions);
        return sum(List.of(stored, cleared));
    }

    @Override
    public Sink<R> knowing(Whereabouts known) {
        return new ShardedSink<>(place, known, sinks, sideBySide);
    }

    private Outcome write(List<List<Ready<R>>> routed, Predicate<Ready<R>> which, Target.Connections sessions) {
        List<Supplier<Outcome>> parts = new ArrayList<>();
        for (int database = 0; database < sinks.size(); database++) {
            List<Ready<R>> its = routed.get(database).stream().filter(which).toList();
            Sink<R> sink = sinks.get(database);
            parts.add(() -> sink.write(its, sessions));
        }
        return sum(sideBySide.all(parts));
    }

    /** Returns for each database the items, each with the rows that it has there: none, perhaps, where it may have had some before. */
    private List<List<Ready<R>>> routed(List<Ready<R>> items) {
        List<List<Ready<R>>> routed = new ArrayList<>();
        sinks.forEach(sink -> routed.add(new ArrayList<>(items.size())));
        for (Ready<R> item : items) {
            Map<Integer, List<R>> places = new HashMap<>();
            for (R row : item.rows()) {
                places.computeIfAbsent(place.applyAsInt(row), number -> new ArrayList<>())
                        .add(row);
            }
            for (int database = 0; database < sinks.size(); database++) {
                List<R> its = places.getOrDefault(database, List.of());
                if (!its.isEmpty() || whereabouts.mayHaveRows(item, database)) {
                    routed.get(database).add(item.with(its));
                }
            }
        }
        return routed;
    }

    private static Sink.Outcome sum(List<Sink.Outcome> outcomes) {
        long written = 0;
        long alreadyThere = 0;
        long deleted = 0;
        Map<SourceId, Refused> refused = new LinkedHashMap<>();
        for (Sink.Outcome outcome : outcomes) {
            written += outcome.written();
            alreadyThere += outcome.alreadyThere();
            deleted += outcome.deleted();
            outcome.refused().forEach(item -> refused.putIfAbsent(item.id(), item));
        }
        return new Sink.Outcome(written, alreadyThere, deleted, List.copyOf(refused.values()));
    }
}
