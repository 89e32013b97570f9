// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.CompletionTable;
import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.postgres.Statements;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** All stages of a run, one after the other. What it tells may be asked by any thread. */
final class Stages {
    private final Migration migration;
    private final List<StageRun<?, ?>> begun = new CopyOnWriteArrayList<>();
    private final List<Long> left = new CopyOnWriteArrayList<>();
    private volatile boolean complete;

    Stages(Migration migration) {
        this.migration = migration;
    }

    /** Runs all stages, then catches up once more with what changed in the meantime. */
    void run(StageRuns runs, Preflight preflight) {
        List<Stage<?, ?>> stages = new ArrayList<>();
        for (Stage<?, ?> stage : migration.stages()) {
            stages.add(stage);
            left.add(preflight.count(stage.name()));
        }
        for (int number = 0; number < stages.size(); number++) {
            Stage<?, ?> stage = stages.get(number);
            Optional<String> skipped = preflight.skipped(stage.name());
            if (skipped.isPresent()) {
                runs.site().reporter().tell(to -> to.stageSkipped(stage.name(), skipped.get()));
                continue;
            }
            StageRun<?, ?> run = runs.of(stage, number);
            begun.add(run);
            left.set(number, 0L);
            run.run();
        }
        begun.forEach(StageRun::catchUpAgain);
        complete = true;
    }

    /** Records that the migration is complete, where it says so. */
    void recordCompletion(Worksite site) {
        Optional<CompletionTable> completion = migration.completion();
        if (completion.isPresent()) {
            site.target().persist(() -> site.sessions()
                    .own()
                    .attempt("record completion", c -> Statements.complete(c, completion.get(), migration.slug())));
        }
    }

    boolean isComplete() {
        return complete;
    }

    Tallies tallies() {
        return begun.stream().map(StageRun::tallies).reduce(Tallies.NONE, Tallies::plus);
    }

    /** Returns how many items were read in all runs. */
    long done() {
        return begun.stream().mapToLong(StageRun::done).sum();
    }

    /** Returns how many items there are, as far as they were counted. */
    long total() {
        return begun.stream().mapToLong(StageRun::total).sum()
                + left.stream().mapToLong(Long::longValue).sum();
    }

    void tellProgress() {
        begun.forEach(StageRun::tellProgress);
    }
}
