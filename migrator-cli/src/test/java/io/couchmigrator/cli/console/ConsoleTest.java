// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {
    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @Test
    void keepsAllLinesThoseFromBeforeIncluded() throws IOException {
        Path summary = directory.resolve("summary.txt");
        try (Console console = new Console(terminal)) {
            console.line("before");
            console.keepIn(summary);
            console.line("after …");
        }

        assertThat(Files.readString(summary)).isEqualTo("before\nafter …\n").isEqualTo(printed());
    }

    @Test
    void goesOnWithoutATerminal() throws IOException {
        Path summary = directory.resolve("summary.txt");
        try (Console console = new Console(new Gone())) {
            console.line("before");
            console.keepIn(summary);
            console.line("after");
        }

        assertThat(Files.readString(summary)).isEqualTo("before\nafter\n");
    }

    @Test
    void neverWritesOverASummary() throws IOException {
        Path summary = Files.writeString(directory.resolve("summary.txt"), "an earlier run's");
        try (Console console = new Console(terminal)) {
            console.keepIn(summary);
            console.line("a line");
        }

        assertThat(Files.readString(summary)).isEqualTo("an earlier run's");
        assertThat(printed())
                .startsWith("Warning: this output is not kept: cannot create " + summary)
                .endsWith("a line\n");
    }

    @Test
    void writesEachTextAsOneLineThatSteersNoTerminal() {
        try (Console console = new Console(terminal)) {
            console.line("ERROR: no\n  Detail: \u001b[2J");
        }

        assertThat(printed()).isEqualTo("ERROR: no Detail: ?[2J\n");
    }

    private String printed() {
        return terminal.toString(StandardCharsets.UTF_8);
    }

    /** A terminal that was closed. */
    private static final class Gone extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            throw new IOException("Input/output error");
        }
    }
}
