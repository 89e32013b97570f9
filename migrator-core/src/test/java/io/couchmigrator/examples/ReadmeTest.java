// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what the documents show and name against what is there. */
final class ReadmeTest {
    static final Path ROOT = root();
    private static final Path EXAMPLES = ROOT.resolve("migrator-core/src/test/java/io/couchmigrator/examples");

    private static final Path STATUSES = ROOT.resolve("docs/reference/statuses.md");

    private static final Pattern PROGRAM = Pattern.compile("(?ms)^```java\n(.*?)^```$");
    private static final Pattern TEST = Pattern.compile("`(\\w+[a-z](?:Test|IT))(?:\\.(\\w+))?`");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(?:#([^):]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<Path> found = docs.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
            return Stream.concat(
                    Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".github/SECURITY.md")
                            .map(ROOT::resolve),
                    found.stream());
        }
    }

    @Test
    void isReadAtOneSitting() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));

        assertThat(lines).hasSizeLessThanOrEqualTo(120).allMatch(line -> line.length() <= 100);
    }

    @ParameterizedTest
    @CsvSource({"README.md, OrdersToPostgres", "docs/embed.md, OrdersToPostgres", "docs/test.md, OrdersToPostgresIT"})
    void showsProgramsThatTheBuildRuns(Path document, String program) throws IOException {
        List<String> shown = matches(PROGRAM, Files.readString(ROOT.resolve(document)), 1);

        assertThat(shown).hasSize(1);
        assertThat(Files.readString(EXAMPLES.resolve(program + ".java"))).containsIgnoringWhitespaces(shown.get(0));
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void tellsTheExitStatusOfEachOutcome(Outcome outcome) throws IOException {
        Pattern row = Pattern.compile("(?m)^\\| (?:\\d+, )*%d(?:, \\d+)* \\| (?:`\\w+`, )*`%s`(?:, `\\w+`)* \\|"
                .formatted(outcome.exitStatus(), outcome));

        assertThat(Files.readString(STATUSES)).containsPattern(row);
    }

    @Test
    void tellsWhichOfSeveralStatusesComesFirst() throws IOException {
        String order = Arrays.stream(Outcome.values())
                .filter(outcome -> outcome != Outcome.COMPLETE)
                .map(outcome -> outcome == Outcome.STOPPED ? "a signal's" : String.valueOf(outcome.exitStatus()))
                .distinct()
                .collect(Collectors.joining(", "));

        assertThat(Files.readString(STATUSES)).contains("the first of 1, " + order + ".");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void namesTestsThatExist(Path document) throws IOException {
        Map<String, String> tests = tests();

        assertThat(TEST.matcher(Files.readString(document)).results())
                .allSatisfy(named ->
                        assertThat(isThere(named, tests)).as(named.group()).isTrue());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksToWhatIsThere(Path document) throws IOException {
        assertThat(LINK.matcher(prose(document)).results()).allSatisfy(link -> {
            Path target = link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1));
            assertThat(target).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target)).as(link.group()).contains(link.group(2));
            }
        });
    }

    private static boolean isThere(MatchResult named, Map<String, String> tests) {
        String source = tests.getOrDefault(named.group(1), "");
        return named.group(2) == null ? !source.isEmpty() : source.contains("void " + named.group(2) + "(");
    }

    /** Returns the anchors of a document's headings, as GitHub makes them. */
    private static List<String> anchors(Path document) throws IOException {
        return matches(HEADING, prose(document), 1).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** Returns a document without its blocks of code. */
    private static String prose(Path document) throws IOException {
        return CODE.matcher(Files.readString(document)).replaceAll("");
    }

    private static List<String> matches(Pattern pattern, String text, int group) {
        return pattern.matcher(text).results().map(found -> found.group(group)).toList();
    }

    /** Returns the sources of all tests by class name. */
    private static Map<String, String> tests() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String module : List.of("migrator-testkit", "migrator-core", "migrator-cli")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sources.merge(
                            String.valueOf(file.getFileName()).replace(".java", ""),
                            Files.readString(file),
                            String::concat);
                }
            }
        }
        return sources;
    }

    /** The tests run in their module's directory, or in the project's where an IDE starts them. */
    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        return Files.exists(directory.resolve("README.md")) ? directory : directory.resolveSibling("");
    }
}
