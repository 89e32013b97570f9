// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of sources that neither a compiler nor ArchUnit sees. */
final class SourcesTest {
    private static final int TWO_SCREENS = 300;

    @ParameterizedTest
    @ValueSource(strings = {"migrator-testkit", "migrator-core", "migrator-cli"})
    void fitOnTwoScreens(String module) throws IOException {
        assertThat(sources(module)).allSatisfy(source -> assertThat(Files.readAllLines(source))
                .as("lines of %s: part it by what its methods are for", source)
                .hasSizeLessThanOrEqualTo(TWO_SCREENS));
    }

    /** The command line is one of the programs that embed the library: it has words of its own for what these say. */
    @Test
    void nameNothingOfTheCommandLine() throws IOException {
        assertThat(sources("migrator-core")).allSatisfy(source -> assertThat(source)
                .content()
                .doesNotContainPattern("--[a-z]|migrator (run|verify|check)\\b|same command"));
    }

    private static List<Path> sources(String module) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).hasSizeGreaterThan(50);
            return sources;
        }
    }
}
