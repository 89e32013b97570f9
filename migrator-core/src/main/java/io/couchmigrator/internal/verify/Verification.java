// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;

/**
 * What a verification needs beside what every run does.
 *
 * @param offsets where the migration stands
 * @param findings takes what is found
 */
public record Verification(Offsets offsets, LineFile findings) {
    /** Returns whether a run has begun a stage, so that there is something to verify. */
    public boolean isMigrated(String stage) {
        return offsets.stages().stream().anyMatch(offset -> offset.name().equals(stage));
    }

    /** Returns whether a run has completed a stage. */
    public boolean isComplete(String stage) {
        return isMigrated(stage) && migrated(stage).phase() == Phase.COMPLETE;
    }

    /** Returns where a stage stands that a run has begun. */
    public StageOffset migrated(String stage) {
        return offsets.stages().stream()
                .filter(offset -> offset.name().equals(stage))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no run has begun stage \"%s\"".formatted(stage)));
    }
}
