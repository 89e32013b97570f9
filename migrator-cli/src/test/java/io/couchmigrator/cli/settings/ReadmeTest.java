// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.cli.verdict.RejectAdvice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the commands, options and variables that README.md and the pages for operators name against those that there are. */
final class ReadmeTest {
    private static final Pattern COMMAND = Pattern.compile("(?m)^(?:.*/)?migrator (\\w+)");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
    private static final Pattern CODE = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

    private static final Path ROOT = root();

    static List<Path> documents() throws IOException {
        try (Stream<Path> pages = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages.filter(ReadmeTest::isForOperators))
                    .toList();
        }
    }

    /** The others are for people who work on the program, and name options of other tools, too. */
    private static boolean isForOperators(Path page) {
        String name = String.valueOf(page.getFileName());
        return name.endsWith(".md")
                && !page.getParent().endsWith("decisions")
                && !List.of("architecture.md", "performance.md", "reliability.md")
                        .contains(name);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void namesCommandsThatThereAre(Path document) {
        assertThat(found(COMMAND, 1, document))
                .allMatch(name -> Command.named(name).isPresent());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void namesOptionsThatThereAre(Path document) {
        assertThat(settings().map(Setting::option)).containsAll(found(OPTION, 0, document));
    }

    @Test
    void advisesOnEachCodeOfRejectsThatIsToldInOneLine() {
        assertThat(found(CODE, 1, ROOT.resolve("docs/reference/reject-codes.md")))
                .isNotEmpty()
                .noneMatch(code -> RejectAdvice.of(code).equals(RejectAdvice.of("any-other")))
                .allSatisfy(code -> assertThat("To mend: %s.".formatted(RejectAdvice.of(code)))
                        .hasSizeLessThanOrEqualTo(80));
    }

    static Path options() {
        return ROOT.resolve("docs/reference/options.md");
    }

    private static List<String> found(Pattern pattern, int group, Path document) {
        return pattern.matcher(read(document))
                .results()
                .map(result -> result.group(group))
                .toList();
    }

    private static Stream<Setting> settings() {
        return Arrays.stream(Setting.values()).filter(Setting::onCommandLine);
    }

    /** The tests run in their module's directory, or in the project's where an IDE starts them. */
    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        return Files.exists(directory.resolve("README.md")) ? directory : directory.resolveSibling("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
