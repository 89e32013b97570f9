// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the tables of docs/reference/options.md to {@link Setting}, of which they are made. */
final class OptionsPageTest {
    /** Makes the tables anew instead of holding them. */
    private static final String WRITE = "reference.write";

    private static final Pattern TABLES = Pattern.compile("(?s)(?<=<!-- made of Setting -->\n).*(?=<!-- end -->)");

    @Test
    void saysWhatTheProgramTakes() throws IOException {
        Path page = ReadmeTest.options();
        String made = tables();

        if (Boolean.getBoolean(WRITE)) {
            String text = Files.readString(page);
            Files.writeString(page, TABLES.matcher(text).replaceFirst(Matcher.quoteReplacement(made)));
        }

        assertThat(TABLES.matcher(Files.readString(page)).results().map(MatchResult::group))
                .as("the tables of %s, which this test makes anew with -D%s=true", page, WRITE)
                .containsExactly(made);
    }

    private static String tables() {
        List<String> lines = new ArrayList<>();
        options("Of every migration", Setting::isOfEveryMigration, lines);
        for (Migrations migration : Migrations.values()) {
            options(
                    "Of `%s`".formatted(migration),
                    setting -> !setting.isOfEveryMigration() && setting.belongsTo(migration),
                    lines);
        }
        lines.addAll(List.of("", "## In the file alone", "", "| key | variable | what |", "|---|---|---|"));
        some(setting -> !setting.onCommandLine())
                .forEach(setting -> lines.add(
                        "| `%s` | %s | %s |".formatted(setting.key(), variable(setting), setting.description())));
        lines.add("\n");
        return String.join("\n", lines);
    }

    private static void options(String heading, Predicate<Setting> which, List<String> lines) {
        List<Setting> options = some(which.and(Setting::onCommandLine));
        if (options.isEmpty()) {
            return;
        }
        lines.addAll(List.of("", "## " + heading, ""));
        lines.add("| option | variable | file | default | commands | what |");
        lines.add("|---|---|---|---|---|---|");
        for (Setting setting : options) {
            lines.add("| `%s` | %s | %s | %s | %s | %s |"
                    .formatted(
                            (setting.option() + " " + setting.argument()).stripTrailing(),
                            variable(setting),
                            setting.inFile() ? "yes" : "",
                            setting.fallback().orElse(""),
                            commands(setting),
                            setting.description()));
        }
    }

    private static List<Setting> some(Predicate<Setting> which) {
        return Arrays.stream(Setting.values()).filter(which).toList();
    }

    private static String variable(Setting setting) {
        return setting.variable().map("`%s`"::formatted).orElse("");
    }

    private static String commands(Setting setting) {
        List<Command> commands =
                Arrays.stream(Command.values()).filter(setting::isOfUseTo).toList();
        return commands.size() == Command.values().length
                ? "all"
                : commands.stream().map(Command::toString).collect(Collectors.joining(", "));
    }
}
