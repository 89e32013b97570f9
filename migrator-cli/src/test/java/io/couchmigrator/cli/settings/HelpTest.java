// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HelpTest {
    @Test
    void namesEveryOptionOfRunWithVariableAndDefault() {
        String help = String.join("\n", Help.of(Command.RUN));

        for (Setting setting : Setting.values()) {
            if (setting.onCommandLine() && setting.belongsTo(Command.RUN)) {
                assertThat(help).contains("  " + setting.option());
                setting.variable().ifPresent(variable -> assertThat(help).contains("[" + variable + "]"));
                setting.fallback().ifPresent(value -> assertThat(help).contains("(default " + value + ")"));
            }
        }
    }

    @Test
    void tellsApartWhatIsAnOptionOfOneMigration() {
        String help = String.join("\n", Help.of(Command.RUN));
        int own = help.indexOf("\nOptions of documents:\n");

        assertThat(help.substring(0, own)).contains("  --reset ").doesNotContain("  --table ");
        assertThat(help.substring(own))
                .contains("  --table ", "  --deletions ", "  --nul ", "  --adopt ", "  --reread ")
                .doesNotContain("  --reset ");
        assertThat(String.join("\n", Help.of(Command.VERIFY)))
                .contains("  --ids ", "  --nul ", "  --reset ")
                .doesNotContain("  --adopt ", "  --reread ", "  --max-rejects ");
        assertThat(Help.of(Command.LIST)).noneMatch(line -> line.startsWith("Options of "));
    }
}
