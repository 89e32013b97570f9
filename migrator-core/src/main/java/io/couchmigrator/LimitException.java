// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/** A run reached a limit that its caller set, such as {@link Migrator.Builder#maxRejects}. */
public final class LimitException extends MigrationException {
    private static final long serialVersionUID = 1L;

    /** Creates one with a message that says what to do now. */
    public LimitException(String message) {
        super(message, null);
    }

    @Override
    public Outcome outcome() {
        return Outcome.STOPPED_BY_LIMIT;
    }
}
