// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.Standing;
import io.couchmigrator.Standing.State;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.engine.Comparison.Compared;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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
     * One item whose rows are not all as they should be.
     *
     * @param rows those of its rows with which something is wrong
     * @param all how many it has
     */
    private record Suspect(SourceId id, String rev, String reason, List<Compared> rows, long all) {
        /** Whether something of it is not there that should be. */
        boolean isMissing() {
            return rows.isEmpty() || has(State.MISSING);
        }

        boolean isDifferent() {
            return has(State.DIFFERENT);
        }

        /** Returns what the whole of it is called: the worst of what its rows are. */
        String word() {
            if (isMissing()) {
                return "missing";
            }
            return isDifferent() ? "different" : isMisplaced() ? "misplaced" : "left alone";
        }

        /** Whether a row of it is in a database where the application does not look for it. */
        boolean isMisplaced() {
            return rows.stream().anyMatch(row -> !row.misplacedIn().isEmpty());
        }

        /** Whether all its rows are where they belong, as they should be, whatever is elsewhere. */
        boolean isWhereItBelongs() {
            return isMisplaced() && rows.stream().allMatch(row -> row.standing().state() == State.SAME);
        }

        private boolean has(State state) {
            return rows.stream().anyMatch(row -> row.standing().state() == state);
        }
    }

    /** What a look at some items showed. */
    private record Look(long counted, long rowsThere, Map<SourceId, Suspect> suspects) {}

    @Override
    public Tallies take(List<Item<S>> batch, WorkerSessions sessions) {
        Look first = look(batch, sessions);
        Set<SourceId> rejected = first.suspects().keySet().stream()
                .filter(id -> rejects.isRejected(stage, id))
                .collect(Collectors.toSet());
        Set<SourceId> doubtful = new HashSet<>(first.suspects().keySet());
        doubtful.removeAll(rejected);
        Look second = doubtful.isEmpty() ? new Look(0, 0, Map.of()) : lookAgain(doubtful, sessions);
        // The feed is asked after the last look, so that it knows of every change that either look may have met.
        // That is not asked for rows that are left alone, which are no fault either way and may be many.
        Set<SourceId> faulty = second.suspects().values().stream()
                .filter(suspect -> suspect.isMissing() || suspect.isDifferent())
                .map(Suspect::id)
                .collect(Collectors.toSet());
        Set<SourceId> notYet = faulty.isEmpty() ? Set.of() : feed.notYetMigrated(migrated, faulty, stop);
        Verified verified = new Verified(0, 0, 0, notYet.size());
        long there = first.rowsThere() + second.rowsThere();
        for (Suspect suspect : second.suspects().values()) {
            if (!notYet.contains(suspect.id())) {
                verified = verified.plus(recorded(suspect));
                there += suspect.isWhereItBelongs() ? suspect.all() : 0;
            }
        }
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
                there,
                verified);
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
        long there = 0;
        int next = 0;
        for (Ready<R> item : prepared.ready()) {
            List<Compared> its = all.subList(next, next + item.rows().size());
            next += its.size();
            List<Compared> wrong = its.stream().filter(row -> !row.isSame()).toList();
            if (wrong.isEmpty()) {
                there += its.size();
            } else {
                suspects.put(item.id(), new Suspect(item.id(), item.rev(), "", wrong, its.size()));
            }
        }
        for (Refused item : prepared.refused()) {
            suspects.put(
                    item.id(), new Suspect(item.id(), item.rev(), item.code() + ": " + item.reason(), List.of(), 0));
        }
        return new Look(prepared.counted(), there, suspects);
    }

    private Verified recorded(Suspect suspect) {
        findings.append(json(suspect));
        if (suspect.isMissing()) {
            rejects.toWrite(stage, suspect.id(), Kind.MISSING);
            return new Verified(1, 0, 0, 0);
        }
        if (suspect.isDifferent()) {
            rejects.toWrite(stage, suspect.id(), Kind.DIFFERENT);
            return new Verified(0, 1, 0, 0);
        }
        if (suspect.isMisplaced()) {
            return new Verified(0, 0, 0, 0, 1);
        }
        return new Verified(0, 0, 1, 0);
    }

    private JsonObject json(Suspect suspect) {
        JsonObject json = new JsonObject();
        json.addProperty("stage", stage);
        json.add("doc_id", suspect.id().json());
        json.addProperty("rev", suspect.rev().isEmpty() ? null : suspect.rev());
        if (suspect.rows().isEmpty()) {
            json.addProperty("finding", "not rejected");
            json.addProperty("reason", suspect.reason());
            return json;
        }
        json.addProperty("finding", suspect.word());
        JsonArray rows = new JsonArray();
        for (Compared compared : suspect.rows()) {
            Standing standing = compared.standing();
            JsonObject row = new JsonObject();
            row.addProperty("key", standing.key());
            row.addProperty(
                    "state", standing.state().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            JsonArray columns = new JsonArray();
            standing.columns().forEach(columns::add);
            row.add("columns", columns);
            if (!compared.database().isEmpty()) {
                row.addProperty("database", compared.database());
                JsonArray misplacedIn = new JsonArray();
                compared.misplacedIn().forEach(misplacedIn::add);
                row.add("misplaced_in", misplacedIn);
            }
            rows.add(row);
        }
        json.add("rows", rows);
        return json;
    }
}
