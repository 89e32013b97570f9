// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Outcome;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.verify.Verification;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Writes the rows that should be there. */
record Migrating(Settings settings) implements Verb {
    @Override
    public boolean writes() {
        return true;
    }

    @Override
    public LogDirectory open(Instant now) {
        return LogDirectory.open(settings.logDirectory(), settings.migration().slug(), now);
    }

    @Override
    public List<Path> memory(LogDirectory directory) {
        return List.of(directory.offsets(), directory.rejects(), directory.offsetsOfVerification());
    }

    @Override
    public Optional<Verification> check(
            Optional<Offsets> saved, Preflight preflight, SavedSources sources, LogDirectory directory) {
        saved.ifPresent(offsets -> {
            Checks.rejects(offsets, directory.rejects(), preflight);
            if (!settings.acceptFailover()) {
                Checks.failover(offsets, preflight);
            }
        });
        return Optional.empty();
    }

    @Override
    public boolean holds(Offsets saved, Optional<Verification> verification, Preflight preflight) {
        return true;
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
