// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.Optional;

/**
 * How much a command tells, and to whom.
 *
 * @param output text for people, or JSON for programs
 * @param quiet whether to tell only what is wrong or waited for
 * @param verbose whether to tell each batch and each attempt, too
 */
public record Telling(Output output, boolean quiet, boolean verbose) {
    /** Makes it of a command line; what is wrong with it becomes a fault. */
    static Telling of(Arguments arguments, Faults faults) {
        boolean quiet = arguments.has(Setting.QUIET);
        boolean verbose = arguments.has(Setting.VERBOSE);
        if (quiet && verbose) {
            faults.add("--quiet and --verbose ask for less and for more: give one of them");
        }
        String word = arguments.value(Setting.OUTPUT).orElse(Output.TEXT.toString());
        Optional<Output> output = Output.named(word).filter(form -> form != Output.CSV);
        if (output.isEmpty()) {
            faults.add("--output is \"%s\": expected text or json".formatted(word));
        }
        return new Telling(output.orElse(Output.TEXT), quiet, verbose);
    }

    /** Returns whether standard output has events for a program in the place of text. */
    public boolean isJson() {
        return output == Output.JSON;
    }
}
