// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import org.jspecify.annotations.Nullable;

/**
 * What an earlier run left in the log directory, its offset file or its rejects, is not gone on from: it is damaged, of
 * another version, or of another source, target or migration. Trying again changes nothing; somebody has to decide.
 */
public final class OffsetsRefusedException extends MigrationException {
    private static final long serialVersionUID = 1L;

    /** Creates one with a message that says what to do now. */
    public OffsetsRefusedException(String message) {
        this(message, null);
    }

    /** Creates one with a message that says what to do now, and its cause. */
    public OffsetsRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Outcome outcome() {
        return Outcome.OFFSETS_REFUSED;
    }
}
