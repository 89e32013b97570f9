// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Stage;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Rows of a stage that owns its table within what was read: the documents of those that it does not name may be gone, without a
 * tombstone, or were missed; those of others may be in a database where they do not belong. Safe for use by multiple threads, each with sessions of its own.
 *
 * @param writers those of the stage, one for each database of the target
 */
record Candidates<R>(Stage<?, R> stage, List<Writer<R>> writers, Target target) {
    private static final int AT_ONCE = 10_000;

    /** Tells which items to ask for, and returns where those that are named have rows. */
    Whereabouts of(
            Interval read, List<? extends Item<?>> named, Target.Connections sessions, Consumer<List<SourceId>> then) {
        // Where the rows of deleted documents stay there is nothing to be done for them.
        if (!Upserts.deletes(stage.destination())) {
            return Whereabouts.UNKNOWN;
        }
        Seen seen = new Seen(
                named.stream().map(Item::id).collect(Collectors.toSet()),
                writers.stream().<Set<SourceId>>map(writer -> new HashSet<>()).toList());
        Optional<Interval> left = Optional.of(read);
        while (left.isPresent()) {
            Interval within = left.get();
            List<List<String>> ids = ids(within, sessions);
            Optional<String> end = end(ids);
            TreeSet<String> others = seen.others(ids);
            List<SourceId> candidates = end.map(last -> others.headSet(last, true)).orElse(others).stream()
                    .<SourceId>map(DocumentId::new)
                    .toList();
            if (!candidates.isEmpty()) {
                then.accept(candidates);
            }
            left = end.map(within::after);
        }
        return seen;
    }

    /**
     * Which of the items that are named have rows.
     *
     * @param there those in each database
     */
    private record Seen(Set<SourceId> named, List<Set<SourceId>> there) implements Whereabouts {
        /** Takes note of ids that have rows in each database, and returns those that are not named, in order. */
        TreeSet<String> others(List<List<String>> ids) {
            TreeSet<String> others = new TreeSet<>(KeyOrder.BY_CODE_POINT);
            for (int database = 0; database < ids.size(); database++) {
                for (String id : ids.get(database)) {
                    SourceId item = new DocumentId(id);
                    if (named.contains(item)) {
                        there.get(database).add(item);
                    } else {
                        others.add(id);
                    }
                }
            }
            return others;
        }

        @Override
        public boolean mayHaveRows(Ready<?> item, int database) {
            return there.get(database).contains(item.id());
        }
    }

    /** Returns the id up to which each database has told all; empty if that is the end of the interval. */
    private static Optional<String> end(List<List<String>> ids) {
        return ids.stream()
                .filter(its -> its.size() == AT_ONCE)
                .map(its -> its.get(its.size() - 1))
                .min(KeyOrder.BY_CODE_POINT);
    }

    /** Returns the first ids within an interval that have rows, for each database. */
    private List<List<String>> ids(Interval within, Target.Connections sessions) {
        List<Supplier<List<String>>> looks = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            int database = i;
            looks.add(() -> ids(database, within, sessions));
        }
        return target.sideBySide().all(looks);
    }

    private List<String> ids(int database, Interval within, Target.Connections sessions) {
        TargetDatabase there = target.databases().get(database);
        String what = "look for rows of stage \"%s\" whose documents are gone".formatted(stage.name());
        return there.patience().persist(() -> sessions.rows()
                .get(database)
                .attempt(what, connection -> Upserts.ids(connection, writers.get(database), within, AT_ONCE)));
    }
}
