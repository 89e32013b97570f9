// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MessagesTest {
    private static final Path SOURCES = Path.of("src/main/java");

    /** The command line is one of the programs that embed the library: it has words of its own for what these say. */
    @Test
    void nameNothingOfTheCommandLine() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }

        assertThat(sources).hasSizeGreaterThan(100).allSatisfy(source -> assertThat(source)
                .content()
                .doesNotContainPattern("--[a-z]|migrator (run|verify|check)\\b|same command"));
    }
}
