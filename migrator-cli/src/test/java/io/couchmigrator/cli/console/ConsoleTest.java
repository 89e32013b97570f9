// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @Test
    void keepsAllLinesInTheirOrderThoseFromBeforeIncluded() throws IOException {
        Path summary = directory.resolve("summary.txt");
        try (Console console = new Console(output, errors)) {
            console.line("before");
            console.error("an early warning");
            console.keepIn(summary);
            console.error("a fault");
            console.line("after …");
        }

        assertThat(Files.readString(summary)).isEqualTo("before\nan early warning\na fault\nafter …\n");
    }

    /** A network's file system tells of a full disk where a file is closed. */
    @Test
    void saysThatNotAllMayBeKeptWhereTheFileDoesNotClose() {
        try (Console console = new Console(output, errors)) {
            console.keepIn(new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    throw new IOException("No space left on device");
                }
            });
            console.line("all is well");
        }

        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("Warning: this output may not be kept in full: No space left on device\n");
    }

    /** As a demo's last word is, which its end lets close first. */
    @Test
    void writesWhatIsToldOnceItIsClosed() {
        Console console = new Console(output, errors);
        console.close();

        console.line("the last word");
        console.flush();

        assertThat(printed()).isEqualTo("the last word\n");
    }

    @Test
    void partsWhatWasAskedForFromWhatIsWrong() {
        try (Console console = new Console(output, errors)) {
            console.line("progress");
            console.error("a fault");
            console.verdict(0, List.of("is complete"));
            console.verdict(3, List.of("failed", "    migrator run"));
        }

        assertThat(printed()).isEqualTo("progress\nis complete\n");
        assertThat(errors()).isEqualTo("a fault\nfailed\n    migrator run\n");
    }

    @Test
    void partsLinesAtWordsForATerminalAlone() throws IOException {
        String line = "word ".repeat(20) + "end";
        String command = "    migrator " + "option ".repeat(20) + "end";
        Path summary = directory.resolve("summary.txt");
        try (Console console = new Console(output, errors, "dumb")) {
            console.keepIn(summary);
            console.line(line);
            console.error(command);
        }

        assertThat(printed()).isEqualTo("word ".repeat(15) + "word\n  " + "word ".repeat(4) + "end\n");
        assertThat(errors()).isEqualTo(command + "\n");
        assertThat(summary).hasContent(line + "\n" + command + "\n");
    }

    @Test
    void goesOnWithoutATerminal() throws IOException {
        Path summary = directory.resolve("summary.txt");
        try (Console console = new Console(new Gone(), errors)) {
            console.line("before");
            console.keepIn(summary);
            console.line("after");
            console.error("a fault");
        }

        assertThat(Files.readString(summary)).isEqualTo("before\nafter\na fault\n");
        assertThat(errors()).isEqualTo("a fault\n");
    }

    @Test
    void goesOnWithoutAReaderOfItsErrors() {
        try (Console console = new Console(output, new Gone())) {
            console.error("a fault");
            console.line("a line");
        }

        assertThat(printed()).isEqualTo("a line\n");
    }

    @Test
    void neverWritesOverASummary() throws IOException {
        Path summary = Files.writeString(directory.resolve("summary.txt"), "an earlier run's");
        try (Console console = new Console(output, errors)) {
            console.keepIn(summary);
            console.line("a line");
        }

        assertThat(Files.readString(summary)).isEqualTo("an earlier run's");
        assertThat(errors()).startsWith("Warning: this output is not kept: cannot create " + summary);
        assertThat(printed()).isEqualTo("a line\n");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void saysThatItKeepsNothingMoreWhereItCannotWrite() throws Exception {
        Path summary = directory.resolve("summary.txt");
        Process full = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -f 0; exec \"$@\"",
                        "sh",
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullDisk.class.getName(),
                        summary.toString())
                .start();

        assertThat(full.inputReader(StandardCharsets.UTF_8).lines()).containsExactly("before", "after", "later");
        assertThat(full.errorReader(StandardCharsets.UTF_8).lines())
                .containsExactly("Warning: this output is no longer kept: File too large");
        assertThat(full.waitFor()).isZero();
        assertThat(summary).isEmptyFile();
    }

    @Test
    void writesEachTextAsOneLineThatSteersNoTerminal() {
        try (Console console = new Console(output, errors)) {
            console.line("ERROR: no\n  Detail: \u001b[2J");
        }

        assertThat(printed()).isEqualTo("ERROR: no Detail: ?[2J\n");
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private String printed() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** A program whose files may hold nothing. */
    static final class FullDisk {
        private FullDisk() {}

        public static void main(String[] words) {
            Console console = new Console(System.out, System.err);
            console.line("before");
            console.keepIn(Path.of(words[0]));
            console.line("after");
            console.line("later");
            console.close();
        }
    }

    /** A terminal that was closed. */
    private static final class Gone extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            throw new IOException("Input/output error");
        }
    }
}
