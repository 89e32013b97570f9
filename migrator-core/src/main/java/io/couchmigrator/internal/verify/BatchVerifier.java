// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.List;
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
 * @param first the first look, at what is read
 * @param feed where what seems wrong is read again
 * @param inspection the second look
 * @param migrated where the migration stands
 * @param rejects takes what the next run is to write or to delete
 */
record BatchVerifier<S, R>(
        String stage,
        Looks<S> first,
        Feed<S> feed,
        Inspection<S, R> inspection,
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
        first.of(items, sessions, look -> parts.add(verified(look, sessions)));
        return parts.stream().reduce(Tallies.NONE, Tallies::plus);
    }

    @Override
    public BatchTaker<S> candidates(
            Interval read, List<Item<S>> named, Target.Connections sessions, Consumer<List<SourceId>> then) {
        inspection.preparation().candidates(read, named, sessions, then);
        return this;
    }

    private Tallies verified(Look seen, Target.Connections sessions) {
        Look second = lookAgain(seen.suspects().keySet(), sessions);
        // The feed is asked after the last look, so that it knows of every change that either look may have met.
        // That is not asked for rows that are left alone, which are no fault either way and may be many.
        Set<SourceId> faulty = second.suspects().values().stream()
                .filter(Suspect::isFaulty)
                .map(Suspect::id)
                .collect(Collectors.toSet());
        Set<SourceId> notYet = faulty.isEmpty() ? Set.of() : feed.notYetMigrated(migrated, faulty, stop);
        long counted = seen.countedOnce(second);
        Tallies tallies = new Tallies(seen.items(), counted, seen.items() - counted, 0, 0, seen.same() + second.same());
        for (Suspect suspect : second.suspects().values()) {
            tallies = tallies.plus(tallied(suspect, second.isCounted(suspect.id()), notYet.contains(suspect.id())));
        }
        Stream.of(seen, second).flatMap(look -> look.good().stream()).forEach(id -> rejects.confirmed(stage, id));
        return tallies;
    }

    /** Returns what a suspect counts for, and no longer for what it counted before it was one. */
    private Tallies tallied(Suspect suspect, boolean counted, boolean notYet) {
        Verified verified = notYet ? new Verified(0, 0, 0, 1) : recorded(suspect);
        int before = verified.leftAlone() > 0 ? 0 : -1;
        return new Tallies(
                0,
                counted ? before : 0,
                counted ? 0 : before,
                0,
                0,
                suspect.same(),
                0,
                verified,
                suspect.count(notYet));
    }

    private Look lookAgain(Set<SourceId> ids, Target.Connections sessions) {
        Look look = new Look();
        if (!ids.isEmpty()) {
            feed.byIds(
                    List.copyOf(ids),
                    Integer.MAX_VALUE,
                    sessions.main(),
                    items -> inspection.of(items, sessions, look::add));
        }
        return look;
    }

    private Verified recorded(Suspect suspect) {
        boolean again = false;
        if (suspect.isFaulty()) {
            again = rejects.toWrite(stage, suspect.id(), suspect.rev(), suspect.kind());
        } else {
            rejects.confirmed(stage, suspect.id());
        }
        findings.append(suspect.json(stage, again));
        return suspect.verified(again);
    }
}
