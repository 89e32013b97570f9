// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.MigrationException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt failed in a way that may pass: it is worth making again after a pause. */
public class PassingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String seen;
    private final transient @Nullable Duration retryAfter;
    private final transient MigrationException whenGivenUp;

    /**
     * Creates one.
     *
     * @param whenGivenUp what to throw when it does not pass in time
     * @param seen what the attempt ran into, in a few words
     * @param retryAfter how long the server asks to be left alone; null if it does not say
     */
    public PassingException(MigrationException whenGivenUp, String seen, @Nullable Duration retryAfter) {
        super(whenGivenUp.getMessage(), whenGivenUp);
        this.seen = seen;
        this.whenGivenUp = whenGivenUp;
        this.retryAfter = retryAfter;
    }

    /** Returns what the attempt ran into, in a few words. */
    public String seen() {
        return seen;
    }

    /** Returns how long the server asks to be left alone. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Returns what to throw when it does not pass in time. */
    public MigrationException whenGivenUp() {
        return whenGivenUp;
    }

    /** Returns whether the server is there, and somebody else holds what the attempt needs. */
    public boolean isOfLock() {
        return false;
    }

    /** Returns whether the next attempt will ask for something smaller, so that a growing pause gains nothing. */
    public boolean narrows() {
        return false;
    }
}
