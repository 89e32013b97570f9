// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.List;
import java.util.Locale;

/** Numbers as the console writes them, but for the lines of progress, whose form the operators' runbook fixes. */
public final class Numbers {
    private Numbers() {}

    /** Returns a number in groups of three digits. */
    public static String of(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns about a number, in at most five characters and with a prefix of units: 999, 12.3k, 123k, 1.23M. */
    public static String brief(double number) {
        double left = number;
        for (String prefix : List.of("", "k", "M", "G", "T")) {
            if (left < 999.5) {
                int digits = left < 9.995 ? 2 : left < 99.95 ? 1 : 0;
                return String.format(Locale.ROOT, "%." + (prefix.isEmpty() ? 0 : digits) + "f%s", left, prefix);
            }
            left /= 1000;
        }
        return String.format(Locale.ROOT, "%.0fP", left);
    }

    /** Returns a number with what is counted, in the singular or the plural. */
    public static String of(long number, String one, String many) {
        return of(number) + " " + (number == 1 ? one : many);
    }
}
