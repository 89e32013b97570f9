// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/** A run reached a limit that its caller set, such as {@link Migrator.Builder#maxRejects}. */
public final class LimitException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final boolean ofTime;

    /** Creates one with a message that says what to do now. */
    public LimitException(String message) {
        this(message, false);
    }

    private LimitException(String message, boolean ofTime) {
        super(message, null);
        this.ofTime = ofTime;
    }

    /** Creates one of {@link Migrator.Builder#maxDuration}, with a message that says what to do now. */
    public static LimitException ofTime(String message) {
        return new LimitException(message, true);
    }

    /** Returns whether it is that of time: there is nothing to mend, and another run goes on. */
    public boolean isOfTime() {
        return ofTime;
    }

    @Override
    public Outcome outcome() {
        return Outcome.STOPPED_BY_LIMIT;
    }
}
