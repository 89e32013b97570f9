// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ScreenTest {
    @Test
    void isNoneOfATerminalThatCannotMoveItsCursor() {
        assertThat(Screen.of("dumb")).isEmpty();
    }

    @Test
    void isOneOfAnyUsualTerminal() {
        assertThat(Screen.of("xterm-256color")).isPresent();
        assertThat(Screen.of("screen")).isPresent();
        assertThat(Screen.of("vt100")).isPresent();
    }
}
