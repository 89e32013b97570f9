// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the codes that docs/reference tells against those that the sources have. */
final class CodesPageTest {
    /** In what makes a reject or an entry of the migration log, a text of small letters with hyphens is a code. */
    private static final Pattern MAKES_CODES =
            Pattern.compile("new RejectException\\(|new Refused\\(|enum Limit|\"error\"");

    private static final Pattern CODE = Pattern.compile("\"([a-z]+(?:-[a-z]+)+|unreadable)\"");

    /** A code of a blob's domain. */
    private static final Set<String> NO_CODES = Set.of("icds-cas");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z]+(?:-[a-z]+)+|unreadable)` \\|");

    @Test
    void tellsEachCodeThatThereIsAndNoOther() throws IOException {
        Set<String> told = new TreeSet<>();
        for (String page : Set.of("reject-codes.md", "events.md")) {
            told.addAll(found(ROW, Files.readString(ReadmeTest.ROOT.resolve("docs/reference/" + page))));
        }

        assertThat(told).isEqualTo(codes());
    }

    private static Set<String> codes() throws IOException {
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> files = Files.walk(ReadmeTest.ROOT.resolve("migrator-core/src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String source = Files.readString(file);
                if (MAKES_CODES.matcher(source).find()) {
                    codes.addAll(found(CODE, source));
                }
            }
        }
        codes.removeAll(NO_CODES);
        return codes;
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).collect(toCollection(TreeSet::new));
    }
}
