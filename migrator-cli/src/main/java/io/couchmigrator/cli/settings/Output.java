// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** In which form a command tells what was asked for. */
public enum Output {
    /** Lines for people. */
    TEXT,
    /** JSON objects, one a line. */
    JSON,
    /** Comma-separated values under a header, as RFC 4180 has them. */
    CSV;

    static Optional<Output> named(String word) {
        return Arrays.stream(values())
                .filter(output -> output.toString().equals(word))
                .findFirst();
    }

    /** Returns the word on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
