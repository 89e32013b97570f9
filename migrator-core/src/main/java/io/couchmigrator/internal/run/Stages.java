// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonObject;
import io.couchmigrator.CompletionTable;
import io.couchmigrator.Migration;
import io.couchmigrator.Progress.Whole;
import io.couchmigrator.Result.Gaps;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.offsets.History;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** All stages of a run, one after the other. What it tells may be asked by any thread. */
final class Stages {
    private final Migration migration;
    private final List<StageRun<?>> begun = new CopyOnWriteArrayList<>();
    private final Map<String, Tallies> before = new ConcurrentHashMap<>();
    private final Map<String, Long> total = new ConcurrentHashMap<>();
    private volatile Tallies outside = Tallies.NONE;
    private volatile Gaps gaps = Gaps.NONE;
    private volatile boolean complete;

    Stages(Migration migration) {
        this.migration = migration;
    }

    /**
     * Tries what all stages rejected before, runs them one after the other unless the limit of rejects is exceeded by what
     * still is, then catches up once more with what changed in the meantime.
     */
    void run(StageRuns runs, Preflight preflight) {
        List<Stage<?, ?>> stages = new ArrayList<>();
        for (Stage<?, ?> stage : migration.stages()) {
            stages.add(stage);
            expect(stage.name(), runs.saved(stage.name()), preflight);
        }
        runs.site().reporter().remember(History.STAGES, counted(stages, runs, preflight));
        runs.toClaim(stages);
        List<String> unfinished = new ArrayList<>();
        List<String> notCompared = new ArrayList<>();
        List<Stage<?, ?>> taken = new ArrayList<>();
        for (int number = 0; number < stages.size(); number++) {
            Stage<?, ?> stage = stages.get(number);
            String name = stage.name();
            Optional<String> nothingThere = preflight.skipped(name);
            if (nothingThere.isPresent()) {
                if (runs.hasSomethingToVerify(name)) {
                    notCompared.add("Stage \"%s\" was not compared: %s".formatted(name, nothingThere.get()));
                }
                runs.site().reporter().tell(to -> to.stageSkipped(name, nothingThere.get()));
                continue;
            }
            if (runs.isUnfinished(name)) {
                unfinished.add(name);
            }
            if (runs.isUnbegun(name)) {
                outside = outside.plus(notYetMigrated(preflight.count(name)));
                runs.site().reporter().tell(to -> to.stageSkipped(name, "no run has come to it yet: skipped"));
                continue;
            }
            taken.add(stage);
            if (runs.canBeDone(stage)) {
                StageRun<?> run = runs.of(stage, number);
                run.claimed();
                begun.add(run);
            }
        }
        for (StageRun<?> run : begun) {
            runs.site().stop().check();
            run.first();
        }
        runs.site().limit().check(read());
        for (StageRun<?> run : begun) {
            runs.site().stop().check();
            run.run(others(run));
        }
        begun.forEach(StageRun::last);
        taken.forEach(stage -> runs.notCompared(stage).ifPresent(notCompared::add));
        notCompared.addAll(runs.notLookedAt());
        gaps = new Gaps(unfinished, notCompared);
    }

    /** Returns how many items the stages have that are not skipped, for those who ask before each had its turn. */
    private static JsonObject counted(List<Stage<?, ?>> stages, StageRuns runs, Preflight preflight) {
        JsonObject totals = new JsonObject();
        for (Stage<?, ?> stage : stages) {
            StageOffset saved = runs.saved(stage.name());
            OptionalLong counted = preflight.counted(stage.name());
            if (preflight.skipped(stage.name()).isEmpty()) {
                totals.addProperty(
                        stage.name(),
                        saved != null ? (Long) saved.total() : counted.isPresent() ? (Long) counted.getAsLong() : null);
            }
        }
        JsonObject json = new JsonObject();
        json.add("totals", totals);
        return json;
    }

    /** Returns whether one of them has this name. */
    boolean has(String name) {
        return migration.stages().stream().anyMatch(stage -> stage.name().equals(name));
    }

    /** Returns the tallies of a verification of so many documents that no run has come to. */
    static Tallies notYetMigrated(long documents) {
        return new Tallies(documents, 0, 0, 0, 0, 0, 0, new Verified(0, 0, 0, documents), Rows.NONE);
    }

    /** Takes note that all is done, in the target too if no reject is outstanding. */
    void complete(Worksite site, boolean record) {
        Optional<CompletionTable> completion = migration.completion();
        if (record && completion.isPresent()) {
            record(completion.get(), site.target().main());
        }
        complete = true;
    }

    private void record(CompletionTable table, TargetDatabase main) {
        boolean recorded = main.patience().persist(() -> main.own()
                .attempt("record completion", c -> Statements.complete(c, table, migration.slug())));
        if (!recorded) {
            throw new TargetException(
                    "could not record completion: table \"%s\" has no row of \"%s\" after one was written, so a trigger or a rule of it drops it: mend the table and try again"
                            .formatted(table.table(), migration.slug()));
        }
    }

    /** Returns whether a stop that is asked for now comes too late. */
    boolean isComplete() {
        return complete;
    }

    Tallies tallies() {
        return begun.stream().map(StageRun::tallies).reduce(Tallies.NONE, Tallies::plus);
    }

    /**
     * Returns what a verification counted in all its parts. What it cannot look at, since no run has come to it, counts as
     * not yet migrated.
     */
    Tallies verified() {
        return begun.stream().map(StageRun::verified).reduce(outside, Tallies::plus);
    }

    /** Returns what keeps a verification that came to its end from vouching for all, beside what it counted. */
    Gaps gaps() {
        return gaps;
    }

    /** Returns how many items were read in all runs. */
    long read() {
        return sum(StageRun::talliesOfRanges, Tallies::read);
    }

    /** Returns how many items a verification has compared in all its parts: what is rejected is not. */
    long compared() {
        return sum(StageRun::talliesOfRanges, StageOffset::compared);
    }

    /** Returns how many items were read before this run. */
    long previously() {
        return sum(StageRun::talliesBefore, Tallies::read);
    }

    /** @param ofRun that of a stage which this run has come to; of others holds what was saved */
    private long sum(Function<StageRun<?>, Tallies> ofRun, ToLongFunction<Tallies> count) {
        Map<String, Tallies> all = new HashMap<>(before);
        begun.forEach(run -> all.put(run.name(), ofRun.apply(run)));
        return all.values().stream().mapToLong(count).sum();
    }

    /** Returns how many items there are, as far as they were counted. */
    long total() {
        begun.forEach(run -> run.saved().ifPresent(saved -> total.put(run.name(), saved.total())));
        return total.values().stream().mapToLong(Long::longValue).sum();
    }

    void tellProgress() {
        begun.forEach(StageRun::tellProgress);
    }

    /** Returns how far all stages but one are, which stays so while that one is read. */
    private Whole others(StageRun<?> one) {
        long read = read() - one.talliesOfRanges().read();
        long all = total() - total.getOrDefault(one.name(), 0L);
        boolean known = migration.stages().stream()
                .map(Stage::name)
                .allMatch(name -> name.equals(one.name()) || total.containsKey(name));
        return new Whole(read, known ? OptionalLong.of(all) : OptionalLong.empty(), Optional.empty());
    }

    /** What is known of a stage before its turn: what an earlier run saved, else what was counted just now. */
    private void expect(String stage, @Nullable StageOffset saved, Preflight preflight) {
        before.put(stage, saved == null ? Tallies.NONE : saved.rangeTallies());
        if (saved != null) {
            total.put(stage, saved.total());
        } else if (preflight.skipped(stage).isPresent()) {
            total.put(stage, 0L);
        } else {
            preflight.counted(stage).ifPresent(counted -> total.put(stage, counted));
        }
    }
}
