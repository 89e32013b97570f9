// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import org.jspecify.annotations.Nullable;

/** The log directory cannot be used: it is missing, full or cannot be written to. What it holds is not to blame. */
public final class LogDirectoryException extends MigrationException {
    private static final long serialVersionUID = 1L;

    /** Creates one with a message that says what to do now. */
    public LogDirectoryException(String message) {
        this(message, null);
    }

    /** Creates one with a message that says what to do now, and its cause. */
    public LogDirectoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Outcome outcome() {
        return Outcome.LOG_DIRECTORY_FAILED;
    }
}
