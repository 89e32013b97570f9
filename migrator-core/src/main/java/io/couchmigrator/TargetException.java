// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import org.jspecify.annotations.Nullable;

/** PostgreSQL failed, or lacks what the migration needs. */
public final class TargetException extends MigrationException {
    private static final long serialVersionUID = 1L;

    /** Creates one with a message that says what to do now. */
    public TargetException(String message) {
        this(message, null);
    }

    /** Creates one with a message that says what to do now, and its cause. */
    public TargetException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Outcome outcome() {
        return Outcome.TARGET_FAILED;
    }
}
