// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import org.jspecify.annotations.Nullable;

/**
 * Why a run could not go on, for a person to read: what failed, on what, what was seen against what was expected, and
 * what to do now. Messages hold no secret and no document's body.
 */
public abstract sealed class MigrationException extends RuntimeException
        permits SourceException,
                TargetException,
                LogDirectoryException,
                OffsetsRefusedException,
                BusyException,
                LimitException {
    private static final long serialVersionUID = 1L;

    MigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Returns the outcome of a run that this ends. */
    public abstract Outcome outcome();
}
