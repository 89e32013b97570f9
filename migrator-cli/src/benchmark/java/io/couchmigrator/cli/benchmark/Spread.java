// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.List;
import java.util.Locale;

/**
 * A figure of several repetitions.
 *
 * @param least the least of them
 * @param median the one in the middle, or between the two there
 * @param most the most of them
 * @param each all of them, in turn
 */
record Spread(double least, double median, double most, List<Double> each) {
    static Spread of(List<Double> each) {
        List<Double> sorted = each.stream().sorted().toList();
        int count = sorted.size();
        return new Spread(
                sorted.get(0),
                (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2,
                sorted.get(count - 1),
                List.copyOf(each));
    }

    /** Returns the median, and the least and the most in brackets. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median, least, most);
    }
}
