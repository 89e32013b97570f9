// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The real program in a terminal, which script(1) makes. */
@ExtendWith(MigratorExtension.class)
final class TerminalIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    @TempDir
    private Path directory;

    private Operator operator;
    private Process terminal;

    @BeforeEach
    void loadSample(CouchDouble couch, TestDatabase database) throws Exception {
        assumeThat(SCRIPT).as("makes the terminal").isExecutable();
        SampleDocuments sample = SampleDocuments.of("commcarehq", 11, 4_000, 300);
        sample.loadInto(couch);
        sample.loadInto(database);
        operator = new Operator(couch, database, directory.resolve("logs"));
    }

    @AfterEach
    void closeTerminal() {
        if (terminal != null) {
            terminal.destroyForcibly();
        }
    }

    @Test
    void drawsTheLowestLinesAnewAndLeavesTheTerminalAsItWas() throws Exception {
        starts("xterm", """
                stty rows 24 cols 80; stty -a >before
                (until [ -e narrow ]; do sleep 0.1; done; stty cols 30 </dev/tty) &
                %s --max-docs-per-second=300
                echo $? >status; stty cols 80; stty -a >after""");
        await().atMost(LONG).until(() -> drawn().anyMatch(line -> line.length() == 79));
        Files.createFile(directory.resolve("narrow"));
        await().atMost(LONG).until(() -> drawn().anyMatch(line -> line.length() == 29));
        migrator().destroy();

        assertThat(terminal.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(directory.resolve("status")).hasContent("143");
        assertThat(directory.resolve("after")).hasSameTextualContentAs(directory.resolve("before"));
        assertThat(drawn()).allSatisfy(line -> assertThat(line).matches("all .*ETA (\\?|\\d:\\d\\d:\\d\\d)"));
        assertThat(printed())
                .contains("\u001b[JStopping once the batches in hand are saved.")
                .containsPattern("\r\nThis run: [\\d,]+ rows? written, ")
                .endsWith(" --chunk-size=20 --max-docs-per-second=300\r\n");
        assertThat(summary()).contains("Stopping once ", "This run: ").doesNotContain("\u001b", "ETA");
    }

    @Test
    void printsPlainLinesWhereNothingCanBeDrawn() throws Exception {
        starts("dumb", "%s");

        assertThat(terminal.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(printed())
                .contains("\r\nProcessed 1/1 of ", "migrate_metadata is complete: ")
                .doesNotContain("\u001b", "ETA");
        assertThat(printed().lines().filter(line -> !line.startsWith("    ") && !isOneWord(line)))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(printed()).isEqualToNormalizingWhitespace(summary());
    }

    /** As a path is. */
    private static boolean isOneWord(String line) {
        return !line.strip().contains(" ");
    }

    /** @param shell what is typed, with the migrator's own command in the place of %s */
    private void starts(String kind, String shell) throws IOException {
        String migrator = Operator.program() + " " + String.join(" ", operator.runbook("--chunk-size=20"));
        terminal = operator.with("TERM", kind)
                .process(List.of(SCRIPT.toString(), "-qefc", shell.formatted(migrator), "/dev/null"))
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("printed").toFile())
                .start();
    }

    private ProcessHandle migrator() {
        return terminal.descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow();
    }

    private String printed() throws IOException {
        return Files.readString(directory.resolve("printed"), StandardCharsets.UTF_8);
    }

    /** The lines for all stages, one after the other in the same place. */
    private Stream<String> drawn() throws IOException {
        return printed().lines().filter(line -> line.startsWith("all "));
    }

    private String summary() throws IOException {
        try (Stream<Path> files = Files.list(operator.logs())) {
            Path summary = files.filter(file -> file.toString().endsWith("-summary.txt"))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(summary);
        }
    }
}
