// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Standing.State;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.engine.Comparison.Compared;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the rows that should be there with those that are. What seems wrong is read and compared once more, and then
 * must be something that a run has come to already: others may be writing meanwhile, documents and rows alike.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
final class BatchVerifier<S, R> implements BatchTaker<S> {
    private final String stage;
    private final Feed<S> feed;
    private final Preparation<S, R> preparation;
    private final Comparison<R> comparison;
    private final StageOffset migrated;
    private final RejectsFile rejects;
    private final LineFile findings;
    private final StopSignal stop;

    /**
     * @param migrated where the migration stands
     * @param rejects takes what the next run is to write
     */
    BatchVerifier(
            String stage,
            Feed<S> feed,
            Preparation<S, R> preparation,
            Comparison<R> comparison,
            StageOffset migrated,
            RejectsFile rejects,
            LineFile findings,
            StopSignal stop) {
        this.stage = stage;
        this.feed = feed;
        this.preparation = preparation;
        this.comparison = comparison;
        this.migrated = migrated;
        this.rejects = rejects;
        this.findings = findings;
        this.stop = stop;
    }

    /**
     * What a look at some items showed.
     *
     * @param counted how many of them count for the stage
     * @param good those of which each row is as it should be
     * @param same how many rows these have
     */
    private record Look(long counted, List<SourceId> good, long same, Map<SourceId, Suspect> suspects) {
        static final Look NONE = new Look(0, List.of(), 0, Map.of());
    }

    @Override
    public Tallies take(List<Item<S>> batch, WorkerSessions sessions) {
        Look first = look(batch, sessions);
        Map<SourceId, Suspect> rejected = new HashMap<>(first.suspects());
        rejected.keySet().removeIf(id -> !rejects.isRejected(stage, id));
        Set<SourceId> doubtful = new HashSet<>(first.suspects().keySet());
        doubtful.removeAll(rejected.keySet());
        Look second = doubtful.isEmpty() ? Look.NONE : lookAgain(doubtful, sessions);
        // The feed is asked after the last look, so that it knows of every change that either look may have met.
        // That is not asked for rows that are left alone, which are no fault either way and may be many.
        Set<SourceId> faulty = second.suspects().values().stream()
                .filter(Suspect::isFaulty)
                .map(Suspect::id)
                .collect(Collectors.toSet());
        Set<SourceId> notYet = faulty.isEmpty() ? Set.of() : feed.notYetMigrated(migrated, faulty, stop);
        Verified verified = Verified.NONE;
        Rows rows = Rows.NONE;
        for (Suspect suspect : second.suspects().values()) {
            boolean isNotYet = notYet.contains(suspect.id());
            verified = verified.plus(isNotYet ? new Verified(0, 0, 0, 1) : recorded(suspect));
            rows = rows.plus(suspect.count(isNotYet));
        }
        Stream.of(first, second).flatMap(look -> look.good().stream()).forEach(id -> rejects.confirmed(stage, id));
        long others = rejected.size()
                + verified.missing()
                + verified.different()
                + verified.misplaced()
                + verified.notYetMigrated();
        return new Tallies(
                batch.size(),
                first.counted() - others,
                batch.size() - first.counted(),
                rejected.size(),
                0,
                first.same()
                        + same(rejected.values())
                        + second.same()
                        + same(second.suspects().values()),
                verified,
                rows);
    }

    private static long same(Collection<Suspect> suspects) {
        return suspects.stream().mapToLong(Suspect::same).sum();
    }

    private Look lookAgain(Set<SourceId> ids, WorkerSessions sessions) {
        List<Item<S>> items = new ArrayList<>();
        feed.byIds(List.copyOf(ids), sessions.main(), items::add);
        return look(items, sessions);
    }

    private Look look(List<Item<S>> items, WorkerSessions sessions) {
        Preparation.Prepared<R> prepared = preparation.prepared(items, sessions.main());
        List<R> rows =
                prepared.ready().stream().flatMap(item -> item.rows().stream()).toList();
        List<Compared> all = comparison.compare(rows, sessions);
        Map<SourceId, Suspect> suspects = new LinkedHashMap<>();
        List<SourceId> whole = new ArrayList<>();
        long same = 0;
        int next = 0;
        for (Ready<R> item : prepared.ready()) {
            List<Compared> its =
                    eachKeyOnce(all.subList(next, next + item.rows().size()));
            next += item.rows().size();
            List<Compared> wrong = its.stream().filter(row -> !row.isSame()).toList();
            long good = its.stream()
                    .filter(row -> row.standing().state() == State.SAME)
                    .count();
            if (wrong.isEmpty()) {
                whole.add(item.id());
                same += good;
            } else {
                suspects.put(item.id(), new Suspect(item.id(), item.rev(), "", wrong, good));
            }
        }
        prepared.refused().forEach(item -> suspects.put(item.id(), Suspect.of(item)));
        return new Look(prepared.counted(), whole, same, suspects);
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
