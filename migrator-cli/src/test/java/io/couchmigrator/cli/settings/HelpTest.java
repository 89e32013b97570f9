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
}
