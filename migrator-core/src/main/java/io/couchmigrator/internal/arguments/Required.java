// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.arguments;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What must be given to builders. */
public final class Required {
    private Required() {}

    /**
     * Returns what was given.
     *
     * @throws IllegalStateException if nothing was
     */
    public static <T> T of(@Nullable T value, String what, String kind, String name) {
        if (value == null) {
            throw new IllegalStateException("%s \"%s\" has no %s: set one before build()".formatted(kind, name, what));
        }
        return value;
    }

    /**
     * Returns a number of 1 or more.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static int positive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("unexpected %s: %s: expected 1 or more".formatted(name, value));
        }
        return value;
    }

    /**
     * Returns a number between two bounds, both included.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static int within(int least, int most, int value, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "unexpected %s: %s: expected %s to %s".formatted(name, value, least, most));
        }
        return value;
    }

    /**
     * Returns a number of 0 or more.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static int notNegative(int value, String name) {
        if (value < 0) {
            throw new IllegalArgumentException("unexpected %s: %s: expected 0 or more".formatted(name, value));
        }
        return value;
    }

    /**
     * Returns a number from 0 to 100.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static double percent(double value, String name) {
        if (!(value >= 0 && value <= 100)) {
            throw new IllegalArgumentException("unexpected %s: %s: expected 0 to 100".formatted(name, value));
        }
        return value;
    }

    /**
     * Returns a duration of zero or more.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Duration notNegative(Duration value, String name, String expected) {
        if (Objects.requireNonNull(value, name).isNegative()) {
            throw new IllegalArgumentException("unexpected %s: %s: expected %s".formatted(name, value, expected));
        }
        return value;
    }
}
