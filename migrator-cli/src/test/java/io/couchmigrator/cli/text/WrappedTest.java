// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WrappedTest {
    @Test
    void leavesAShortLineAsItIs() {
        assertThat(Wrapped.lines("", 4, "x".repeat(79))).containsExactly("x".repeat(79));
        assertThat(Wrapped.lines("", 4, "")).containsExactly("");
    }

    @Test
    void breaksBetweenWords() {
        assertThat(Wrapped.lines("", 4, "word ".repeat(30).strip()))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(80))
                .last()
                .asString()
                .startsWith("    word");
    }

    @Test
    void breaksNoWord() {
        String path = "/" + "d".repeat(100);

        assertThat(Wrapped.lines("", 4, "see " + path + " now")).containsExactly("see", "    " + path, "    now");
    }
}
