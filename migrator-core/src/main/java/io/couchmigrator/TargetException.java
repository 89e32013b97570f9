// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** PostgreSQL failed, or lacks what the migration needs. */
public final class TargetException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Lack lack;

    /** Creates one with a message that says what to do now. */
    public TargetException(String message) {
        this(message, null);
    }

    /** Creates one with a message that says what to do now, and its cause. */
    public TargetException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    private TargetException(String message, @Nullable Throwable cause, @Nullable Lack lack) {
        super(message, cause);
        this.lack = lack;
    }

    /**
     * Creates one about a privilege that the user lacks.
     *
     * @param message says what to do now
     */
    public static TargetException lacking(String message, Lack lack) {
        return new TargetException(message, null, Objects.requireNonNull(lack, "lack"));
    }

    /** Returns what the user lacks; empty if it is about anything else. */
    public Optional<Lack> lack() {
        return Optional.ofNullable(lack);
    }

    @Override
    public Outcome outcome() {
        return Outcome.TARGET_FAILED;
    }

    /**
     * A privilege that the user lacks.
     *
     * @param what what was seen, without what to do
     * @param grant the statement that grants it, without a semicolon
     */
    public record Lack(String what, String grant) implements Serializable {}
}
