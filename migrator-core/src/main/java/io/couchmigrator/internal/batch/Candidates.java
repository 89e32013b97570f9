// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Stage;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.ranges.RangePlan;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Rows of a stage that owns its table which what was read does not name: their documents may be gone, without a tombstone, or
 * were missed. Safe for use by multiple threads, each with sessions of its own.
 *
 * @param writers those of the stage, one for each database of the target
 */
record Candidates<R>(Stage<?, R> stage, List<Writer<R>> writers, Target target) {
    private static final int AT_ONCE = 10_000;

    void of(Interval read, List<? extends Item<?>> named, Target.Connections sessions, Consumer<List<SourceId>> then) {
        // Where the rows of deleted documents stay there is nothing to be done for them.
        if (!Upserts.deletes(stage.destination())) {
            return;
        }
        Optional<Interval> left = Optional.of(read);
        while (left.isPresent()) {
            Slice slice = slice(left.get(), sessions);
            if (!slice.ids().isEmpty()) {
                List<SourceId> candidates = others(slice.ids(), named);
                if (!candidates.isEmpty()) {
                    then.accept(candidates);
                }
            }
            left = slice.rest();
        }
    }

    private static List<SourceId> others(Set<String> ids, List<? extends Item<?>> named) {
        Set<SourceId> known = named.stream().map(Item::id).collect(Collectors.toSet());
        return ids.stream()
                .<SourceId>map(DocumentId::new)
                .filter(id -> !known.contains(id))
                .toList();
    }

    /**
     * The first ids of an interval that have rows.
     *
     * @param rest where others may be
     */
    private record Slice(Set<String> ids, Optional<Interval> rest) {}

    /** Of the ids of several databases those count up to which each of them has told all. */
    private Slice slice(Interval within, Target.Connections sessions) {
        List<Supplier<List<String>>> looks = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            int database = i;
            looks.add(() -> ids(database, within, sessions));
        }
        TreeSet<String> ids = new TreeSet<>(RangePlan.KEY_ORDER);
        TreeSet<String> ends = new TreeSet<>(RangePlan.KEY_ORDER);
        for (List<String> its : target.sideBySide().all(looks)) {
            ids.addAll(its);
            if (its.size() == AT_ONCE) {
                ends.add(its.get(its.size() - 1));
            }
        }
        return ends.isEmpty()
                ? new Slice(ids, Optional.empty())
                : new Slice(ids.headSet(ends.first(), true), Optional.of(within.after(ends.first())));
    }

    private List<String> ids(int database, Interval within, Target.Connections sessions) {
        TargetDatabase there = target.databases().get(database);
        String what = "look for rows of stage \"%s\" whose documents are gone".formatted(stage.name());
        return there.patience().persist(() -> sessions.rows()
                .get(database)
                .attempt(what, connection -> Upserts.ids(connection, writers.get(database), within, AT_ONCE)));
    }
}
