// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code migrator demo} as a newcomer starts it, its temporary files in a directory that can be looked at. */
final class DemoIT {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void showsInATerminalThatTheRowsAreExactAndLeavesNothingBehind() throws Exception {
        assumeThat(SCRIPT).as("makes the terminal").isExecutable();
        String command = "MIGRATOR_OPTS=-Djava.io.tmpdir=%s %s demo".formatted(scratch(), Operator.program());
        Process demo = process(
                directory.resolve("console.txt"),
                "env",
                "TERM=xterm",
                SCRIPT.toString(),
                "-qefc",
                command,
                "/dev/null");

        int status = demo.waitFor();

        assertThat(status).as(console()).isZero();
        assertThat(console().lines().filter(line -> line.strip().contains(" ")))
                .as("lines of 80 columns, whose words stay whole")
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(console().replaceAll("\\R +", " "))
                .contains(
                        "Couch Migrator, demo: a migration is killed midway, and ends in exact rows all the same.",
                        " From: a double of CouchDB at http://127.0.0.1:",
                        " got SIGKILL ",
                        "as after a power cut.",
                        " commcarehq: ",
                        " documents done, go on after ",
                        "The file is written after the rows it speaks of, never before: ",
                        "(~",
                        " already processed)",
                        " Exit status 0.",
                        "5. What it proves.",
                        " rows were compared with those that the sample must give, column by column:",
                        "missing 0, doubled 0, wrong 0: the rows are exact.")
                .containsPattern("\nThe demo succeeded in \\d+ s: ")
                .doesNotContain("SLF4J", "INFO", "WARN", "\tat ", "FAILED");
        assertNothingIsLeft();
    }

    @Test
    void showsThatDocumentsComeWithTheirEditsAndDeletionsAndWhatCanBeAskedOfThem() throws Exception {
        Process demo = start("documents");

        int status = demo.waitFor();

        assertThat(status).as(console()).isZero();
        assertThat(console())
                .contains(
                        ", which is empty.\n",
                        " got SIGKILL ",
                        " already processed)",
                        " is paid for: its document is edited.\n",
                        "| Caught up: 3 changes, 2 rows, 1 deleted.",
                        "| documents is verified: 24,000 rows of 24,000 documents, all as they should be; ",
                        "\n5. Are both sides equal? ",
                        "Of 24,000 documents 0 are missing in the table, and 0 rows of it are wrong or too many.",
                        "\n6. What can be asked now, in SQL.\n",
                        "| customer, 500\n",
                        "| Lima, ")
                .containsPattern("\nThe demo succeeded in \\d+ s: ")
                .doesNotContain("SLF4J", "INFO", "WARN", "\tat ", "FAILED");
        assertNothingIsLeft();
    }

    @Test
    void takesAllAlongWhereItIsEndedMidway() throws Exception {
        Process demo = start();
        await().atMost(LONG).until(() -> console().contains("| Processed 1/1 of "));
        List<ProcessHandle> children = demo.descendants().toList();

        demo.destroy();

        assertThat(demo.waitFor()).isEqualTo(143);
        assertThat(console()).endsWith("The demo was ended; nothing of it is left behind.\n");
        assertThat(children).isNotEmpty();
        await().atMost(LONG).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        assertNothingIsLeft();
    }

    @Test
    void keepsTheServersUpForWhatItSaysToType() throws Exception {
        Process demo = start("--keep");
        await().atMost(LONG).until(() -> console().contains("press Ctrl-C"));
        String setUp = String.join(
                "\n",
                console()
                        .lines()
                        .map(String::strip)
                        .filter(line ->
                                line.startsWith("export ") || line.startsWith("cd ") || line.startsWith("mkdir "))
                        .toList());

        Path check = directory.resolve("check.txt");
        Process practice = process(
                check, "sh", "-c", setUp + "\nmigrator check migrate_metadata --log-dir=blobmeta-migration-logs");

        assertThat(practice.waitFor()).as(Files.readString(check)).isZero();
        Path run = directory.resolve("run.txt");
        Process runbook = process(run, "sh", "-c", setUp + "\n" + line("migrator run_blob_migration "));
        int status = runbook.waitFor();
        assertThat(console())
                .startsWith(
                        "Couch Migrator, practice: servers to try the runbook on. Nothing here touches a server of yours.\n")
                .contains(
                        "\n4. What to try:\n",
                        "   - Press Ctrl-C while it runs, or end it from elsewhere with kill -9; ",
                        "It ends with status " + status,
                        "   - After status 0, give it again: it says since when all is complete, and writes nothing.\n");
        assertThat(status).as(Files.readString(run)).isEqualTo(5);
        demo.destroy();
        assertThat(demo.waitFor()).isEqualTo(143);
        assertNothingIsLeft();
    }

    @Test
    void keepsTheServersUpForACopyOfTheShop() throws Exception {
        Process demo = start("documents", "--keep");
        await().atMost(LONG).until(() -> console().contains("press Ctrl-C"));
        String setUp = String.join(
                "\n",
                console()
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("export ") || line.startsWith("cd "))
                        .toList());

        Path copy = directory.resolve("copy.txt");
        Process practice = process(
                copy, "sh", "-c", setUp + "\n" + line("migrator run documents ") + " && " + line("migrator verify "));

        assertThat(practice.waitFor()).as(Files.readString(copy)).isZero();
        assertThat(console())
                .startsWith(
                        "Couch Migrator, practice: servers to copy a database on. Nothing here touches a server of yours.\n")
                .contains(
                        "\n3. Then copy the shop, and see whether both sides are equal:\n",
                        "/note-00001 -H 'Content-Type: application/json' -d '{\"type\":\"note\"}'\n",
                        "   - Delete or change a row of the table: verify finds it, and the next run mends it.\n");
        demo.destroy();
        assertThat(demo.waitFor()).isEqualTo(143);
        assertNothingIsLeft();
    }

    @Test
    void saysWhereItCannotRun() throws Exception {
        Process demo = process(
                directory.resolve("console.txt"),
                "env",
                "MIGRATOR_OPTS=-Dos.name=Linux -Dos.arch=ppc64le -Djava.io.tmpdir=" + scratch(),
                Operator.program(),
                "demo");

        assertThat(demo.waitFor()).isEqualTo(1);
        assertThat(console())
                .contains(
                        "The demo cannot run here: its embedded PostgreSQL does not start on Linux, ppc64le",
                        "there is no PostgreSQL for Linux on ppc64le here",
                        "Linux or macOS on x86-64 or 64-bit ARM",
                        "The migrator itself runs wherever Java does: see migrator run --help for servers of your own.\n")
                .doesNotContain("\tat ", "unexpectedly");
    }

    private String line(String beginning) throws IOException {
        return console()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    private Process start(String... options) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("env", "MIGRATOR_OPTS=-Djava.io.tmpdir=" + scratch(), Operator.program(), "demo"));
        words.addAll(List.of(options));
        return process(directory.resolve("console.txt"), words.toArray(String[]::new));
    }

    private Process process(Path output, String... words) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Path scratch() throws IOException {
        return Files.createDirectories(directory.resolve("scratch"));
    }

    private String console() throws IOException {
        return Files.readString(directory.resolve("console.txt"), StandardCharsets.UTF_8);
    }

    /** The binaries of PostgreSQL are kept for the next time. */
    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(scratch())) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("migrator-"));
        }
        String place = scratch().toString();
        assertThat(ProcessHandle.allProcesses().flatMap(process -> process.info().commandLine().stream()))
                .noneMatch(command -> command.contains(place));
    }
}
