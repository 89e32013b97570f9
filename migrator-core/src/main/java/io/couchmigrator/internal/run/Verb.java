// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.CouchServer;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectEvents;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where migrating and verifying differ; all else is {@link Run}'s. Used by one run. */
sealed interface Verb permits Migrating, Verifying {
    /** Returns whether rows are written, so that rejects are limited, hosts kept apart and completion recorded. */
    boolean writes();

    /** Returns how much is compared, where rows are. */
    default Depth depth() {
        return Depth.FULL;
    }

    /** Returns how documents are read. */
    default Reading reading(CouchServer source) {
        return source.reading();
    }

    /** Takes hold of the log directory. */
    LogDirectory open(Instant now);

    /** Returns the files that are put aside to start over. */
    List<Path> memory(LogDirectory directory);

    /** Looks at what earlier runs left, and where that lets this one begin. */
    Start start(Preflight now, LogDirectory directory);

    /**
     * Deletes what earlier runs left and nobody needs any more.
     *
     * @param outstanding how many items are for the next run to take first
     */
    void tidy(LogDirectory directory, long outstanding);

    /** Returns what was counted. */
    Tallies tallies(Stages stages);

    /** Returns the outcome where nothing failed and all was done. */
    Outcome outcome(Stages stages, long outstanding);

    /** Called once all is done. */
    void completed(LogDirectory directory);

    /**
     * Where a run begins.
     *
     * @param offsets where to go on; empty to begin at the beginning
     * @param rejects what earlier runs rejected; empty if it is put aside, or cannot be read
     * @param migrated where the migration stands that is verified; empty to migrate
     * @param remarks what is worth telling if there are no faults, each a sentence
     * @param faults why what earlier runs left cannot be gone on from
     */
    record Start(
            Optional<Offsets> offsets,
            Optional<RejectEvents> rejects,
            Optional<Offsets> migrated,
            List<String> remarks,
            List<MigrationException> faults) {}
}
