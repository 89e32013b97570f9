// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@link Migrator#check} found. Immutable.
 *
 * @param stages what is known of each stage, in their order
 * @param faults everything that would keep a run from its first document; empty if nothing would
 */
public record CheckReport(List<StageCheck> stages, List<MigrationException> faults) {
    public CheckReport {
        stages = List.copyOf(stages);
        faults = List.copyOf(faults);
    }

    /**
     * One stage.
     *
     * @param stage the stage's name
     * @param description what it reads, for people
     * @param documents documents of the database, or rows of the table; empty if they could not be counted
     * @param skipped why the stage is skipped; empty if it is not
     */
    public record StageCheck(String stage, String description, OptionalLong documents, Optional<String> skipped) {}
}
