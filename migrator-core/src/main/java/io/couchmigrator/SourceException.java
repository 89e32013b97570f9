// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import org.jspecify.annotations.Nullable;

/** CouchDB failed, or answered what cannot be right. */
public final class SourceException extends MigrationException {
    private static final long serialVersionUID = 1L;

    /** Creates one with a message that says what to do now. */
    public SourceException(String message) {
        this(message, null);
    }

    /** Creates one with a message that says what to do now, and its cause. */
    public SourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Outcome outcome() {
        return Outcome.SOURCE_FAILED;
    }
}
