// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the commands, options and variables that README.md names against those that there are. */
final class ReadmeTest {
    private static final Pattern COMMAND = Pattern.compile("(?m)^(?:.*/)?migrator (\\w+)");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
    private static final Pattern DEFAULT = Pattern.compile("(?m)^\\| `(--[a-z-]+)[^|]*\\|[^|]*\\| ([^|]*) \\|");

    private final String readme = read();

    @Test
    void namesCommandsThatThereAre() {
        assertThat(found(COMMAND, 1)).isNotEmpty().allMatch(name -> Command.named(name)
                .isPresent());
    }

    @Test
    void namesEveryOptionAndNoOther() {
        List<String> options = settings().map(Setting::option).toList();

        assertThat(found(OPTION, 0)).containsAll(options).isSubsetOf(options);
    }

    @Test
    void tellsEveryVariable() {
        assertThat(settings().map(Setting::variable).flatMap(Optional::stream))
                .allMatch(variable -> readme.contains("`" + variable + "`"));
    }

    @Test
    void tellsEveryDefault() {
        for (Setting setting : settings().toList()) {
            setting.fallback()
                    .ifPresent(value -> assertThat(DEFAULT.matcher(readme).results())
                            .as(setting.option())
                            .anyMatch(row -> row.group(1).equals(setting.option())
                                    && row.group(2).equals(value)));
        }
    }

    private List<String> found(Pattern pattern, int group) {
        return pattern.matcher(readme)
                .results()
                .map(result -> result.group(group))
                .toList();
    }

    private static Stream<Setting> settings() {
        return Arrays.stream(Setting.values()).filter(Setting::onCommandLine);
    }

    /** The tests run in their module's directory, or in the project's where an IDE starts them. */
    private static String read() {
        Path here = Path.of("README.md").toAbsolutePath();
        Path file = Files.exists(here) ? here : here.resolve("../../README.md").normalize();
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
