// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.time.Duration;
import java.util.List;

/**
 * How a run ended and what it did. Immutable.
 *
 * @param outcome how it ended
 * @param tallies what this run did, ids to do and catch-up included
 * @param done documents and source rows read in all runs of this copy
 * @param total documents and source rows of all stages, as far as they were counted
 * @param outstanding documents whose rejection still stands, whichever run found them
 * @param audit what the audit of the pages saw in this run
 * @param failures why it did not complete; several when the checks before the first document found several
 * @param elapsed how long it took
 */
public record Result(
        Outcome outcome,
        Tallies tallies,
        long done,
        long total,
        long outstanding,
        Audit audit,
        List<MigrationException> failures,
        Duration elapsed) {
    public Result {
        failures = List.copyOf(failures);
    }

    /**
     * Returns this if every stage is complete, with or without rejects, or the run was stopped on request.
     *
     * @throws MigrationException the first failure, the others suppressed in it
     */
    public Result orThrow() {
        if (!failures.isEmpty()) {
            MigrationException first = failures.get(0);
            failures.subList(1, failures.size()).forEach(first::addSuppressed);
            throw first;
        }
        return this;
    }
}
