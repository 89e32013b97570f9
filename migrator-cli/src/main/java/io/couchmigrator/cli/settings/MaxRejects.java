// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.Migrator;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * How many documents may be rejected before a run stops.
 *
 * @param count how many rejects may be outstanding
 * @param percent how many of a hundred documents may be rejected
 */
record MaxRejects(OptionalInt count, OptionalDouble percent) {
    static final MaxRejects NONE = new MaxRejects(OptionalInt.empty(), OptionalDouble.empty());

    private static final Pattern COUNT = Pattern.compile("\\d{1,9}");
    private static final Pattern PERCENT = Pattern.compile("\\d{1,3}(\\.\\d{1,9})?%");
    private static final double WHOLE = 100;

    /** Returns the limit that a text such as {@code 100} or {@code 0.5%} means; empty if it means none. */
    static Optional<MaxRejects> parse(String text) {
        String limit = text.strip();
        if (COUNT.matcher(limit).matches()) {
            return Optional.of(new MaxRejects(OptionalInt.of(Integer.parseInt(limit)), OptionalDouble.empty()));
        }
        if (!PERCENT.matcher(limit).matches()) {
            return Optional.empty();
        }
        double percent = Double.parseDouble(limit.substring(0, limit.length() - 1));
        return percent > WHOLE
                ? Optional.empty()
                : Optional.of(new MaxRejects(OptionalInt.empty(), OptionalDouble.of(percent)));
    }

    /** Sets the limit, if there is one. */
    void limit(Migrator.Builder migrator) {
        count.ifPresent(migrator::maxRejects);
        percent.ifPresent(migrator::maxRejectedPercent);
    }
}
