// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.History;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the rows that should be there. */
record Migrating(Settings settings) implements Verb {
    @Override
    public boolean writes() {
        return true;
    }

    @Override
    public LogDirectory open(Instant now) {
        Migration migration = settings.migration();
        return LogDirectory.open(settings.logDirectory(), migration.slug(), migration.logName(), now);
    }

    @Override
    public List<Path> memory(LogDirectory directory) {
        List<Path> memory = new ArrayList<>(List.of(directory.offsets(), directory.rejects()));
        memory.addAll(directory.offsetsOfVerifications());
        return memory;
    }

    @Override
    public Start start(Preflight now, LogDirectory directory) {
        return start(now);
    }

    /** Looks at what an earlier run left, which starting over would put aside, whatever it is. */
    Start start(Preflight now) {
        if (settings.startOver()) {
            return new Start(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of());
        }
        Path directory = settings.logDirectory();
        String slug = settings.migration().slug();
        Earlier earlier = Earlier.at(LogDirectory.offsets(directory, slug), now);
        Map<String, Integer> owning = owning();
        if (settings.acceptNewSource()) {
            earlier = earlier.inNewSources(owning::containsKey);
        }
        earlier = earlier.losingKept(now.losingKept());
        if (settings.reread()) {
            earlier = earlier.readAgain(settings.migration(), owning);
        }
        if (settings.acceptFailover()) {
            earlier = earlier.onNewTimelines();
        }
        List<MigrationException> faults = new ArrayList<>(earlier.faults());
        EarlierRejects rejected =
                EarlierRejects.at(LogDirectory.rejects(directory, slug), earlier.offsets(), settings.migration());
        faults.addAll(rejected.faults());
        List<String> remarks = new ArrayList<>(earlier.remarks());
        if (earlier.offsets().isEmpty() && faults.isEmpty()) {
            lost(directory, slug).ifPresent(remarks::add);
        }
        return new Start(earlier.offsets(), rejected.events(), Optional.empty(), remarks, faults);
    }

    /** Returns what is told of an offset file that is not there though a run has saved one, a sentence; empty if none has. */
    private static Optional<String> lost(Path directory, String slug) {
        return History.tellsOfPlans(LogDirectory.history(directory, slug))
                ? Optional.of(
                        "There is no offset file \"%s\", but a history of earlier runs: all is read from the beginning. If the file was moved away, stop, put it back, and run again."
                                .formatted(LogDirectory.offsets(directory, slug)))
                : Optional.empty();
    }

    /** Returns the definitions of the stages that own their tables, by name. */
    private Map<String, Integer> owning() {
        Map<String, Integer> owning = new LinkedHashMap<>();
        for (Stage<?, ?> stage : settings.migration().stages()) {
            if (stage.destination() instanceof OwnedTable<?>) {
                owning.put(stage.name(), stage.definition());
            }
        }
        return owning;
    }

    @Override
    public void tidy(LogDirectory directory, long outstanding) {
        directory.deleteOldLogs();
    }

    @Override
    public Tallies tallies(Stages stages) {
        return stages.tallies();
    }

    @Override
    public Outcome outcome(Stages stages, long outstanding) {
        return outstanding > 0 ? Outcome.REJECTS_OUTSTANDING : Outcome.COMPLETE;
    }

    @Override
    public void completed(LogDirectory directory) {}
}
