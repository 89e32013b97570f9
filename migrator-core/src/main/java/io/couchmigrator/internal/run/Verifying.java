// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.verify.Verification;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Compares the rows that should be there with those that are. */
record Verifying(Settings settings) implements Verb {
    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public LogDirectory open(Instant now) {
        return LogDirectory.openToVerify(
                settings.logDirectory(), settings.migration().slug(), now);
    }

    @Override
    public List<Path> memory(LogDirectory directory) {
        return List.of(directory.offsets());
    }

    @Override
    public Optional<Verification> check(
            Optional<Offsets> saved, Preflight preflight, SavedSources sources, LogDirectory directory) {
        Path file = LogDirectory.offsets(
                settings.logDirectory(), settings.migration().slug());
        Optional<Offsets> migrated =
                Checks.offsets(settings.migration(), file, directory.rejects(), preflight, sources, false);
        migrated.ifPresent(offsets -> Checks.rejects(offsets, directory.rejects(), preflight));
        if (migrated.isEmpty() && preflight.faults().isEmpty()) {
            preflight.fault(new LogDirectoryException(
                    "there is nothing to verify: offset file \"%s\" does not exist: run the migration first, or name its log directory"
                            .formatted(file)));
        }
        return migrated.map(offsets -> new Verification(offsets, LineFile.fresh(directory.findings())));
    }

    /** What was verified before is worth nothing once a run went on, or the target went to another timeline. */
    @Override
    public boolean holds(Offsets saved, Optional<Verification> verification, Preflight preflight) {
        boolean same = verification
                .filter(with -> with.offsets().saved().equals(saved.verified()))
                .isPresent();
        return same && Checks.changedTimelines(saved, preflight).isEmpty();
    }

    /** Those of the whole verification, parts before a stop included. */
    @Override
    public Tallies tallies(Stages stages) {
        return stages.verified();
    }

    @Override
    public Outcome outcome(Stages stages, long outstanding) {
        Verified found = stages.verified().verified();
        if (found.missing() + found.different() + found.misplaced() > 0) {
            return Outcome.DIFFERENCES_FOUND;
        }
        if (found.notYetMigrated() > 0 || !stages.gaps().isEmpty()) {
            return Outcome.INCOMPLETE;
        }
        return outstanding > 0 ? Outcome.REJECTS_OUTSTANDING : Outcome.COMPLETE;
    }

    /** The next verification is another one, from the start. */
    @Override
    public void completed(LogDirectory directory) {
        directory.discardOffsets();
    }
}
