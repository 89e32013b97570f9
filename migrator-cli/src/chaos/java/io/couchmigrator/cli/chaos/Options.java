// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long and from what the stories are told, from the system properties {@code chaos.…}, whose defaults stand in the
 * profile of the pom.
 *
 * @param seeds each begins a series of stories; the series share the time
 * @param duration for all series together; a story that has begun is told to its end
 * @param stories the most stories of a series; 0 sets no limit
 * @param directory where a story keeps its files; they are left only where it ends badly
 */
record Options(List<Long> seeds, Duration duration, int stories, Path directory) {
    private static final String PREFIX = "chaos.";
    private static final int RANDOM_SEEDS = 1_000_000_000;

    static Options fromSystemProperties() {
        return new Options(
                seeds(text("seed")),
                Duration.parse(text("duration")),
                Integer.parseInt(text("stories")),
                Path.of(text("directory")).toAbsolutePath());
    }

    private static List<Long> seeds(String list) {
        List<Long> seeds = new ArrayList<>();
        Arrays.stream(list.split(","))
                .map(String::strip)
                .forEach(word -> seeds.add(
                        word.equals("random")
                                ? Long.valueOf(ThreadLocalRandom.current().nextInt(RANDOM_SEEDS))
                                : Long.valueOf(word)));
        return seeds;
    }

    private static String text(String name) {
        String value = System.getProperty(PREFIX + name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "property %s%s is not set: run this by mvn -Pchaos verify, which sets it".formatted(PREFIX, name));
        }
        return value.strip();
    }
}
