// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real program, told by signals and by the time to stop, and asked how far it is. */
@ExtendWith(MigratorExtension.class)
final class StopIT {
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final Predicate<CouchRequest> READING = Requests.pages().and(Requests.database("commcarehq"));

    @TempDir
    private Path directory;

    private final SampleDocuments sample = SampleDocuments.of("commcarehq", 20181024, 4000, 300);
    private Operator operator;
    private @Nullable Process running;

    /** Pages are slow but for the first two, which are samples, so that a signal finds the run in the middle of one. */
    @BeforeEach
    void loadSample(CouchDouble couch, TestDatabase database) throws Exception {
        sample.loadInto(couch);
        sample.loadInto(database);
        operator = new Operator(couch, database, directory.resolve("logs"));
        couch.script(Fault.dribble(5_000, Duration.ofMillis(50)).on(READING).after(2));
    }

    @AfterEach
    void endProcess() {
        if (running != null) {
            running.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"HUP,129,--verbose", "INT,130,--quiet", "TERM,143,--output=text"})
    void savesAndSaysHowToGoOn(String signal, int status, String option, CouchDouble couch, TestDatabase database)
            throws Exception {
        Process run = startMidway(database, option);
        long told = lines("Processed ");
        send("USR1", run);
        await().atMost(LONG).until(() -> !run.isAlive() || lines("Processed ") > told);

        send(signal, run);

        assertThat(run.waitFor()).as(console()).isEqualTo(status);
        assertThat(console())
                .contains("Stopping once the batches in hand are saved. A second signal stops at once.\n")
                .containsPattern("\nThis run: [\\d,]+ rows? written, 0 already there, 0 rejected, ")
                .containsPattern("\nStopped at your request\\. [\\d,]+ of [\\d,]+ documents are done\\. To go on, run"
                        + " the same command again:\n    .* --log-dir=.*logs.*\n$");
        couch.heal();
        Operator.Ended again = operator.runs("--chunk-size=50");
        assertThat(again.status()).as(again.console()).isZero();
        assertThat(again.console())
                .containsPattern("\\nProcessing \\d+ documents \\(~\\d+ already processed\\): CommCareAudio, ");
        assertThat(again.lastLines(1)).contains(" 0 already there, 0 rejected");
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(sample.rows());
    }

    /** Nobody reads its standard output, which is in its summary all the same. */
    @Test
    void endsWhenTheTimeIsUpAndSaysHowToGoOn() throws Exception {
        Process run = startsUnread("console.txt", "--max-duration=3s");

        assertThat(run.waitFor()).isEqualTo(8);
        assertThat(console())
                .contains("\nStopped by --max-duration (exit status 8).")
                .containsPattern(
                        "\nWarning: \\d+ lines of standard output were left out: nobody read them in time\\.\n$");
        assertThat(summary())
                .doesNotContain("Error: ")
                .containsPattern("\nStopped by --max-duration \\(exit status 8\\)\\. .* To go on, run the same"
                        + " command again:\n    .* --max-duration=3s\n$");
    }

    @Test
    void stopsThoughNobodyReadsWhatItSays(TestDatabase database) throws Exception {
        Process run = startsUnread("full");
        await().atMost(LONG)
                .until(() -> !ExpectedRow.readAll(database.dataSource()).isEmpty());

        send("TERM", run);

        assertThat(run.waitFor()).isEqualTo(143);
        assertThat(summary()).contains("\nStopping once ", "\nStopped at your request.");
    }

    /** The batch in hand waits for a lock, so that no run could end by itself before PostgreSQL's time is over. */
    @Test
    void haltsAtOnceAtTheSecondSignal(CouchDouble couch, TestDatabase database) throws Exception {
        couch.heal();
        Process run;
        try (Connection holder = database.dataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("lock table blobs_blobmeta in share mode");
            run = starts("--output=json");
            await().atMost(LONG).until(() -> !run.isAlive() || isWaitingForALock(database));
            long told = lines("{\"event\":\"progress\"");
            send("USR1", run);
            await().atMost(LONG).until(() -> !run.isAlive() || lines("{\"event\":\"progress\"") > told);
            send("INT", run);
            await().atMost(LONG).until(() -> !run.isAlive() || console().contains("Stopping once "));
            assertThat(run.isAlive()).as(console()).isTrue();
            await().atMost(LONG).until(() -> {
                send("TERM", run);
                return !run.isAlive();
            });

            assertThat(run.waitFor()).isEqualTo(143);
        }
        assertThat(operator.runs().status()).isZero();
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(sample.rows());
    }

    private static boolean isWaitingForALock(TestDatabase database) throws SQLException {
        return !database.query("select pid from pg_stat_activity where datname = current_database()"
                        + " and wait_event_type = 'Lock'")
                .isEmpty();
    }

    private Process starts(String option) throws Exception {
        Process run = operator.starts(directory.resolve("console.txt"), "--chunk-size=50", option);
        running = run;
        return run;
    }

    /** Into a pipe, {@code full}, that is full already, and stays so: the shell itself holds both its ends. */
    private Process startsUnread(String errors, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                "mkfifo full && exec 3<>full; dd if=/dev/zero of=full bs=4k oflag=nonblock 2>&-; exec \"$@\" >&3 2>"
                        + errors,
                "sh",
                Operator.program()));
        words.addAll(List.of(operator.runbook("--chunk-size=50")));
        words.addAll(List.of(more));
        Process run = operator.process(words).directory(directory.toFile()).start();
        running = run;
        return run;
    }

    private String summary() throws IOException {
        try (Stream<Path> files = Files.list(operator.logs())) {
            Path summary = files.filter(file -> file.toString().endsWith("-summary.txt"))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(summary);
        }
    }

    /** Requests do not tell: the first pages are samples of sizes, of which nothing is written. */
    private Process startMidway(TestDatabase database, String option) throws Exception {
        Process run = starts(option);
        await().atMost(LONG)
                .until(() -> !run.isAlive()
                        || !ExpectedRow.readAll(database.dataSource()).isEmpty());
        assertThat(run.isAlive()).as(console()).isTrue();
        return run;
    }

    private long lines(String beginning) throws Exception {
        return console().lines().filter(line -> line.startsWith(beginning)).count();
    }

    private String console() throws Exception {
        return Files.readString(directory.resolve("console.txt"), StandardCharsets.UTF_8);
    }

    private static void send(String signal, Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start();
        kill.waitFor();
    }
}
