// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** PostgreSQL failed, or lacks what the migration needs. */
public final class TargetException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String grant;

    /** Creates one with a message that says what to do now. */
    public TargetException(String message) {
        this(message, null);
    }

    /** Creates one with a message that says what to do now, and its cause. */
    public TargetException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    private TargetException(String message, @Nullable Throwable cause, @Nullable String grant) {
        super(message, cause);
        this.grant = grant;
    }

    /**
     * Creates one about a privilege that the user lacks.
     *
     * @param message says what to do now
     * @param grant the statement that grants it
     */
    public static TargetException lacking(String message, String grant) {
        return new TargetException(message, null, Objects.requireNonNull(grant, "grant"));
    }

    /** Returns the statement that grants the user what it lacks; empty if it is about anything else. */
    public Optional<String> grant() {
        return Optional.ofNullable(grant);
    }

    @Override
    public Outcome outcome() {
        return Outcome.TARGET_FAILED;
    }
}
