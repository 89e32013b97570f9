// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.Locale;

/** Numbers as the console writes them, but for the lines of progress, whose form the operators' runbook fixes. */
public final class Numbers {
    private Numbers() {}

    /** Returns a number in groups of three digits. */
    public static String of(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns a number with what is counted, in the singular or the plural. */
    public static String of(long number, String one, String many) {
        return of(number) + " " + (number == 1 ? one : many);
    }
}
