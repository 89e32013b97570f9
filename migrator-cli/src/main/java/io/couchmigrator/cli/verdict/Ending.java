// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.cli.text.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a command ended.
 *
 * @param lines what is told, commands indented
 * @param next the command that goes on, for a program that would give it; empty if nothing is left to do
 */
public record Ending(List<String> lines, Optional<String> next) {
    public Ending {
        lines = List.copyOf(lines);
    }

    /** Returns one after which nothing is left to do. */
    static Ending of(String line) {
        return new Ending(List.of(line), Optional.empty());
    }

    /** Returns one whose last line is the command that goes on. */
    static Ending goingOn(List<String> lines, String next) {
        List<String> all = new ArrayList<>(lines);
        all.add(Verdict.indented(next));
        return new Ending(all, Optional.of(next));
    }

    /** Returns what is told where the throttle file will pause the next run, too, and the command that ends that. */
    public static List<String> paused(String throttleFile) {
        return List.of(
                "The next run begins with a pause: its throttle file says so. To delete it:",
                Verdict.indented("rm " + ShellWords.quote(throttleFile)));
    }

    /** Returns the same below other lines. */
    public Ending below(List<String> above) {
        List<String> all = new ArrayList<>(above);
        all.addAll(lines);
        return new Ending(all, next);
    }
}
