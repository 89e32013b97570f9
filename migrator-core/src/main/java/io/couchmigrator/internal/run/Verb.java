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

/** Where migrating and verifying differ; all else is {@link Run}'s. Used by one run. */
sealed interface Verb permits Migrating, Verifying {
    /** Returns whether rows are written, so that rejects are limited, hosts kept apart and completion recorded. */
    boolean writes();

    /** Takes hold of the log directory. */
    LogDirectory open(Instant now);

    /** Returns the files that are put aside to start over. */
    List<Path> memory(LogDirectory directory);

    /**
     * Looks at what earlier runs left, beside what this one would go on from; faults go to the preflight.
     *
     * @param saved what this one would go on from
     * @return what is needed to verify; empty to migrate
     */
    Optional<Verification> check(
            Optional<Offsets> saved, Preflight preflight, SavedSources sources, LogDirectory directory);

    /** Returns whether what was saved still holds, so that this one goes on from there instead of from the start. */
    boolean holds(Offsets saved, Optional<Verification> verification, Preflight preflight);

    /** Returns what was counted. */
    Tallies tallies(Stages stages);

    /** Returns the outcome where nothing failed and all was done. */
    Outcome outcome(Stages stages, long outstanding);

    /** Called once all is done. */
    void completed(LogDirectory directory);
}
