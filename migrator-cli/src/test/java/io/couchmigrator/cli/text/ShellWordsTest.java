// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
    @Test
    void leavesPlainWordsBare() {
        assertThat(ShellWords.join(List.of("bin/migrator", "run", "--log-dir=logs/a-b_c.d", "http://h:5984/")))
                .isEqualTo("bin/migrator run --log-dir=logs/a-b_c.d http://h:5984/");
    }

    @Test
    void areReadBackByAShellAsTheyWere() throws Exception {
        List<String> words = List.of("", "a b", "it's", "$HOME", "*", "`id`", "\\", "\"", "a;b", "ü", "!x", "a\tb");

        Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\n' " + ShellWords.join(words)).start();

        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(String.join("\n", words) + "\n");
    }
}
