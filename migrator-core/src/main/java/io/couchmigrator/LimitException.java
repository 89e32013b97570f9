// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Objects;

/** A run reached a limit that its caller set. */
public final class LimitException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final Limit limit;

    /** What a caller may limit. */
    public enum Limit {
        /** How much may be rejected: the cause is to be mended, or the limit raised, before another run comes further. */
        REJECTS,
        /** How long a run may take: nothing is to be mended, and another run goes on. */
        DURATION
    }

    /** Creates one with a message that says what to do now. */
    public LimitException(Limit limit, String message) {
        super(message, null);
        this.limit = Objects.requireNonNull(limit, "limit");
    }

    /** Returns which limit it was. */
    public Limit limit() {
        return limit;
    }

    @Override
    public Outcome outcome() {
        return Outcome.STOPPED_BY_LIMIT;
    }
}
