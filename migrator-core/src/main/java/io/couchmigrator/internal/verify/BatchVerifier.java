// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.batch.Preparation.Prepared;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Halves;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.verify.Comparison.Compared;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the rows that should be there with those that are. What seems wrong is read and compared once more, and then
 * must be something that a run has come to already: others may be writing meanwhile, documents and rows alike.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 * @param migrated where the migration stands
 * @param rejects takes what the next run is to write
 */
record BatchVerifier<S, R>(
        String stage,
        Feed<S> feed,
        Preparation<S, R> preparation,
        Comparison<R> comparison,
        StageOffset migrated,
        RejectsFile rejects,
        LineFile findings,
        StopSignal stop)
        implements BatchTaker<S> {
    @Override
    public Tallies take(List<Item<S>> batch, Target.Connections sessions) {
        List<Item<S>> items = batch.stream()
                .filter(item -> !rejects.isRejected(stage, item.id()))
                .toList();
        int rejected = batch.size() - items.size();
        List<Tallies> parts = new ArrayList<>();
        parts.add(new Tallies(rejected, 0, 0, rejected, 0, 0));
        preparation.prepare(items, sessions.main(), prepared -> parts.add(verified(prepared, sessions)));
        return parts.stream().reduce(Tallies.NONE, Tallies::plus);
    }

    @Override
    public void candidates(
            Interval read, Set<SourceId> named, Target.Connections sessions, Consumer<List<SourceId>> then) {
        preparation.candidates(read, named, sessions, then);
    }

    private Tallies verified(Prepared<S, R> prepared, Target.Connections sessions) {
        Look first = new Look();
        first.look(prepared, sessions);
        Look second = lookAgain(first.suspects.keySet(), sessions);
        // The feed is asked after the last look, so that it knows of every change that either look may have met.
        // That is not asked for rows that are left alone, which are no fault either way and may be many.
        Set<SourceId> faulty = second.suspects.values().stream()
                .filter(Suspect::isFaulty)
                .map(Suspect::id)
                .collect(Collectors.toSet());
        Set<SourceId> notYet = faulty.isEmpty() ? Set.of() : feed.notYetMigrated(migrated, faulty, stop);
        Verified verified = Verified.NONE;
        Rows rows = Rows.NONE;
        long same = first.same + second.same;
        for (Suspect suspect : second.suspects.values()) {
            boolean isNotYet = notYet.contains(suspect.id());
            verified = verified.plus(isNotYet ? new Verified(0, 0, 0, 1) : recorded(suspect));
            rows = rows.plus(suspect.count(isNotYet));
            same += suspect.same();
        }
        Stream.of(first, second).flatMap(look -> look.good.stream()).forEach(id -> rejects.confirmed(stage, id));
        long others = verified.missing() + verified.different() + verified.misplaced() + verified.notYetMigrated();
        return new Tallies(
                prepared.items().size(),
                prepared.counted() - others,
                prepared.items().size() - prepared.counted(),
                0,
                0,
                same,
                0,
                verified,
                rows);
    }

    private Look lookAgain(Set<SourceId> ids, Target.Connections sessions) {
        Look look = new Look();
        if (!ids.isEmpty()) {
            feed.byIds(
                    List.copyOf(ids),
                    Integer.MAX_VALUE,
                    sessions.main(),
                    items -> preparation.prepare(items, sessions.main(), prepared -> look.look(prepared, sessions)));
        }
        return look;
    }

    /** What a look at some items shows. */
    private final class Look {
        private final Map<SourceId, Suspect> suspects = new LinkedHashMap<>();
        /** Those of which each row is as it should be, and how many rows these have. */
        private final List<SourceId> good = new ArrayList<>();

        private long same;

        void look(Prepared<S, R> prepared, Target.Connections sessions) {
            prepared.refused().forEach(this::refused);
            List<Ready<R>> present = prepared.present();
            if (!present.isEmpty()) {
                Halves.of(present, some -> compare(some, sessions), this::refused);
            }
        }

        private void compare(List<Ready<R>> items, Target.Connections sessions) {
            List<R> rows = items.stream().flatMap(item -> item.rows().stream()).toList();
            List<Compared> all = comparison.compare(rows, items.size(), sessions);
            int next = 0;
            for (Ready<R> item : items) {
                compared(item, eachKeyOnce(all.subList(next, next + item.rows().size())));
                next += item.rows().size();
            }
        }

        private void compared(Ready<R> item, List<Compared> rows) {
            List<Compared> wrong = rows.stream().filter(row -> !row.isSame()).toList();
            long there = rows.stream()
                    .filter(row -> row.standing().state() == State.SAME)
                    .count();
            if (wrong.isEmpty()) {
                good.add(item.id());
                same += there;
            } else {
                suspects.put(item.id(), new Suspect(item.id(), item.rev(), "", wrong, there));
            }
        }

        /** The target cannot even read what it would have to store. */
        void refused(Ready<R> item, SqlFault fault) {
            refused(new Refused(
                    item.id(), item.rev(), item.docType().get(), "refused-by-target", fault.withoutValues()));
        }

        void refused(Refused item) {
            suspects.put(item.id(), Suspect.of(item));
        }
    }

    /** Of an item's rows with one key only one is written: where one of them is there, the others are not to be. */
    private static List<Compared> eachKeyOnce(List<Compared> rows) {
        Set<String> there = new HashSet<>();
        Set<Compared> same = Collections.newSetFromMap(new IdentityHashMap<>());
        rows.stream()
                .filter(row -> row.standing().state() == State.SAME)
                .filter(row -> there.add(row.standing().key()))
                .forEach(same::add);
        return rows.stream()
                .filter(row ->
                        same.contains(row) || !there.contains(row.standing().key()))
                .toList();
    }

    private Verified recorded(Suspect suspect) {
        boolean again = false;
        if (suspect.isFaulty()) {
            Kind kind = suspect.isMissing() ? Kind.MISSING : Kind.DIFFERENT;
            again = rejects.toWrite(stage, suspect.id(), suspect.rev(), kind);
        } else {
            rejects.confirmed(stage, suspect.id());
        }
        findings.append(suspect.json(stage, again));
        return suspect.verified(again);
    }
}
