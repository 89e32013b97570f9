// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What the log of a JVM's garbage collections tells of its heap, in megabytes; -1 where it tells nothing.
 *
 * @param collections how many there were
 * @param pauseSeconds how long the program stood still for them
 * @param peak the most that was in use when a collection began
 * @param liveFirst the least that was left after a collection in the first quarter of the time
 * @param liveLast the same in the last quarter
 */
record Heap(int collections, double pauseSeconds, int peak, int liveFirst, int liveLast) {
    /** The option of the JVM that writes the log, into the directory where it is started. */
    static final String OPTION = "-Xlog:gc:file=gc.log:uptime";

    private static final Pattern PAUSE =
            Pattern.compile("\\[([0-9.]+)s\\].* Pause .* (\\d+)M->(\\d+)M\\(\\d+M\\) ([0-9.]+)ms");

    static Heap ofLogIn(Path directory, double seconds) throws IOException {
        List<MatchResult> pauses = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("gc.log"))) {
            PAUSE.matcher(line).results().forEach(pauses::add);
        }
        return new Heap(
                pauses.size(),
                pauses.stream()
                                .mapToDouble(pause -> Double.parseDouble(pause.group(4)))
                                .sum()
                        / 1e3,
                pauses.stream()
                        .mapToInt(pause -> Integer.parseInt(pause.group(2)))
                        .max()
                        .orElse(-1),
                least(pauses, 0, seconds / 4),
                least(pauses, seconds * 3 / 4, seconds));
    }

    private static int least(List<MatchResult> pauses, double from, double to) {
        return pauses.stream()
                .filter(pause -> Double.parseDouble(pause.group(1)) >= from && Double.parseDouble(pause.group(1)) <= to)
                .mapToInt(pause -> Integer.parseInt(pause.group(3)))
                .min()
                .orElse(-1);
    }
}
