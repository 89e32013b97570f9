// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lies between the program and CouchDB.
 *
 * @param name as it was given
 * @param roundTripNanos how long a byte and its answer are under way, half of it each way; 0 where there is nothing between
 * @param bitsPerSecond at most, each way and of all connections together; 0 where there is nothing between
 */
record Network(String name, long roundTripNanos, long bitsPerSecond) {
    private static final String NONE = "none";
    private static final Pattern FORM = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)ms/(\\d{1,6})([MG])bit");

    static Network none() {
        return new Network(NONE, 0, 0);
    }

    /** Reads {@code none}, or a delay and a rate such as {@code 2ms/100Mbit}. */
    static Network of(String name) {
        if (name.equals(NONE)) {
            return none();
        }
        Matcher form = FORM.matcher(name);
        if (!form.matches() || form.group(2).matches("0+")) {
            throw new IllegalArgumentException(
                    "unexpected network \"%s\": expected none, or a round trip and a rate such as 2ms/100Mbit or 20ms/1Gbit"
                            .formatted(name));
        }
        long unit = form.group(3).equals("G") ? 1_000_000_000L : 1_000_000L;
        return new Network(
                name, Math.round(Double.parseDouble(form.group(1)) * 1e6), Long.parseLong(form.group(2)) * unit);
    }

    /** Returns whether nothing is between. */
    boolean isNone() {
        return name.equals(NONE);
    }

    /** Returns what stands behind the names of phases. */
    String suffix() {
        return isNone() ? "" : " over " + name;
    }
}
