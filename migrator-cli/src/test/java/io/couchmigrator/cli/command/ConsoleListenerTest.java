// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Listener.Wait.Kind;
import io.couchmigrator.Progress;
import io.couchmigrator.Tallies;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.settings.Command;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleListenerTest {
    private static final Path MIGRATION_LOG = Path.of("logs/migrate_metadata-blob-migration-20181024T205839Z.txt.0");
    private static final Instant NOON = Instant.parse("2018-10-24T12:00:00Z");

    private static final Progress.Whole WHOLE = new Progress.Whole(0, OptionalLong.of(123456), Optional.empty());

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Console console = new Console(terminal, errors);
    private Instant now = NOON;
    private Duration passed = Duration.ZERO;
    private final ConsoleListener listener =
            new ConsoleListener(Command.RUN, console, () -> now, () -> passed.toNanos() - 5);

    @TempDir
    private Path directory;

    @Test
    void callsNothingAsItShouldBeThatWasNotCompared() {
        listener.stageVerified("empty", Tallies.NONE, MIGRATION_LOG);
        listener.stageVerified("whole", new Tallies(1, 1, 0, 0, 0, 1), MIGRATION_LOG);
        listener.stageVerified("lacking", found(new Tallies.Verified(2, 0, 1, 0)), MIGRATION_LOG);
        listener.stageVerified("left", found(new Tallies.Verified(0, 0, 1, 0)), MIGRATION_LOG);

        assertThat(lines())
                .containsExactly(
                        "empty: nothing to compare.",
                        "whole: all as it should be.",
                        "left: 1 different and left alone.");
        assertThat(errors()).containsExactly("lacking: 2 missing, 1 different and left alone.");
    }

    @Test
    void tellsAStageInTheLinesOfTheRunbook() {
        listener.stageStarted(progress(123456, 0, 0, 0), MIGRATION_LOG);
        listener.progressed(new Progress(
                "commcarehq",
                "CommCareAudio, CommCareBuild",
                123456,
                1,
                0,
                1,
                0,
                0,
                1,
                Duration.ofNanos(137_354_000),
                Optional.empty(),
                Optional.of(Duration.parse("PT3H24M21.179518S")),
                WHOLE));
        listener.stageRead(progress(279, 279, 0, 241));
        listener.stageFinished("commcarehq", 1, Path.of("logs/migrate_metadata.rejects.jsonl"));

        assertThat(lines())
                .containsExactly(
                        "Processing 123456 documents: CommCareAudio, CommCareBuild...",
                        "Migration log: logs/migrate_metadata-blob-migration-20181024T205839Z.txt.0",
                        "Processed 1/1 of 123456 documents in 0:00:00.137354 (3:24:21.179518 remaining)",
                        "Processed 241/279 of 279 documents (0 previously processed, 37 filtered out).");
        assertThat(errors()).containsExactly("1 rejected: see logs/migrate_metadata.rejects.jsonl");
    }

    @Test
    void tellsInOneLineEachHowDocumentsAreRead() {
        listener.readingChosen("commcarehq", new Chosen(Reading.FIELDS, "documents of about 8712 bytes"));
        listener.readingChosen(
                "commcarehq",
                new Chosen(
                        Reading.WHOLE,
                        "fields alone failed 3 times in a row: the server answered 500 (unknown_error)"));

        assertThat(lines())
                .containsExactly(
                        "commcarehq: read by fields: documents of about 8712 bytes.",
                        "commcarehq: read whole: fields alone failed 3 times in a row: the server answered 500 (unknown_error).");
    }

    @Test
    void tellsHowFarItIsWheneverThatIsAsked() {
        listener.tellProgress();
        listener.stageStarted(progress(1000, 0, 0, 0), MIGRATION_LOG);
        listener.progressed(progress(1000, 1, 0, 1));
        listener.progressed(progress(1000, 700, 0, 700));
        listener.tellProgress();

        assertThat(lines()).first().isEqualTo("Nothing is read yet.");
        assertThat(lines()).last().asString().startsWith("Processed 700/700 of 1000 documents in ");
    }

    @Test
    void answersOnStandardErrorWhereItIsQuiet() {
        console.quiet();

        listener.tellProgress();

        assertThat(lines()).isEmpty();
        assertThat(errors()).containsExactly("Nothing is read yet.");
    }

    @Test
    void tellsWhoPausesItAndThatItGoesOn() {
        Path file = Path.of("logs/migrate_metadata.throttle");
        Wait pause = new Wait(Kind.PAUSE, file.toString(), "an operator wants it", NOON, Optional.empty());

        listener.waiting(pause);
        now = NOON.plusSeconds(72);
        listener.resumed(pause);
        listener.throttled(file, 500);
        listener.throttled(file, 0);

        assertThat(lines()).isEmpty();
        assertThat(errors())
                .containsExactly(
                        "Paused by logs/migrate_metadata.throttle since 2018-10-24T12:00:00Z. Delete it to go on.",
                        "logs/migrate_metadata.throttle no longer pauses the run, after 0:01:12.",
                        "Goes on with at most 500 documents a second, as logs/migrate_metadata.throttle says.",
                        "Goes on without a limit of documents a second, as logs/migrate_metadata.throttle says.");
    }

    @Test
    void tellsWhatWasOddByKind() {
        Map<String, Long> entries = new LinkedHashMap<>();
        entries.put("unknown-domain", 1009L);
        entries.put("ignored-couch-attachments", 3L);

        listener.stageLogged("commcarehq", entries, MIGRATION_LOG);
        listener.stageLogged("commcarehq", Map.of("unknown-domain", 1L), MIGRATION_LOG);

        assertThat(lines())
                .containsExactly(
                        "1,012 log entries: 1,009 unknown-domain, 3 ignored-couch-attachments, see " + MIGRATION_LOG,
                        "1 log entry: 1 unknown-domain, see " + MIGRATION_LOG);
    }

    @Test
    void saysWhatWasProcessedBeforeAndThatThereIsNoEstimate() {
        listener.stageStarted(progress(1000, 400, 400, 0), MIGRATION_LOG);
        listener.progressed(progress(1000, 400, 400, 0));

        assertThat(lines())
                .startsWith("Processing 1000 documents (~400 already processed): CommCareAudio, CommCareBuild...")
                .endsWith("Processed 0/400 of 1000 documents in 0:00:01.000000 (? remaining)");
    }

    @Test
    void printsTheFirstProgressOfAStageAndThenEveryTenSecondsThoughTheClockIsPutBack() {
        for (int stage = 0; stage < 2; stage++) {
            listener.stageStarted(progress(1000, 0, 0, 0), MIGRATION_LOG);
            for (int read = 1; read <= 100; read++) {
                listener.progressed(progress(1000, read, 0, read));
                passed = passed.plusMillis(330);
                now = now.minusSeconds(3_600);
            }
        }

        assertThat(lines().stream().filter(line -> line.startsWith("Processed")))
                .hasSize(8);
        assertThat(lines().stream().filter(line -> line.startsWith("Processed 1/1 ")))
                .hasSize(2);
    }

    @Test
    void printsNothingWhileNothingIsReadButEveryFiveMinutes() {
        listener.stageStarted(progress(1000, 0, 0, 0), MIGRATION_LOG);
        for (int second = 0; second <= 600; second++) {
            listener.progressed(progress(1000, 1, 0, 1));
            passed = passed.plusSeconds(1);
        }

        assertThat(lines().stream().filter(line -> line.startsWith("Processed")))
                .hasSize(3);
    }

    @Test
    void fitsItsLinesIntoEightyColumns() {
        for (long total : List.of(279L, 9_310_220L, 99_310_220L, 930_000_000L)) {
            for (Duration time : List.of(Duration.ofSeconds(9), Duration.ofHours(12), Duration.ofHours(60))) {
                Progress whole = progress(total, total, 0, total);
                listener.stageStarted(whole, MIGRATION_LOG);
                listener.progressed(new Progress(
                        "commcarehq",
                        "A",
                        total,
                        total,
                        0,
                        total,
                        0,
                        0,
                        0,
                        time,
                        Optional.empty(),
                        Optional.of(time),
                        WHOLE));
            }
        }

        assertThat(lines().stream().filter(line -> line.startsWith("Processed")))
                .hasSize(12)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .contains(
                        "Processed 279/279 of 279 documents in 0:00:09.000000 (0:00:09.000000 remaining)",
                        "Processed 9310220/9310220 of 9310220 documents in 12:00:00 (12:00:00 remaining)",
                        "Processed 99310220/99310220 of 99310220 in 12:00:00 (12:00:00 remaining)",
                        "Processed 930000000/930000000 of 930000000 (2 days, 12:00:00 remaining)");
    }

    @Test
    void namesOfManyTypesTheFirstAndTheLast() {
        String types = "CommCareAudio, CommCareBuild, CommCareCase, CommCareCase-Deleted, XFormInstance-Deleted";

        assertThat(ProgressLines.begun("Processing 279 documents", types))
                .isEqualTo("Processing 279 documents: CommCareAudio, …, XFormInstance-Deleted...");
        assertThat(ProgressLines.begun("Processing 2 documents", "Domain"))
                .isEqualTo("Processing 2 documents: Domain...");
    }

    @Test
    void tellsCatchingUpOnlyWhenThereIsSomething() {
        listener.catchingUp("a", OptionalLong.of(0));
        listener.caughtUp("a", 0, 0, 0);
        listener.catchingUp("b", OptionalLong.empty());
        listener.caughtUp("b", 0, 0, 0);
        listener.catchingUp("c", OptionalLong.of(412));
        listener.caughtUp("c", 412, 37, 0);
        listener.catchingUp("d", OptionalLong.empty());
        listener.caughtUp("d", 1_003, 1, 2);

        assertThat(lines())
                .containsExactly(
                        "Catching up with changes since the start: 412 pending",
                        "Caught up: 412 changes, 37 rows.",
                        "Caught up: 1,003 changes, 1 row, 2 deleted.");
    }

    @Test
    void tellsStagesThatHaveNothingToRead() {
        listener.stageWasComplete("commcarehq", Instant.parse("2018-10-24T21:07:59Z"), OptionalLong.of(0));
        listener.stageWasComplete("commcarehq__apps", Instant.parse("2018-10-24T21:07:59Z"), OptionalLong.of(1));
        listener.stageWasComplete("IcdsFile", Instant.parse("2018-10-24T21:07:59Z"), OptionalLong.empty());
        listener.stageSkipped("IcdsFile", "table t is not in h/d: skipped; name it by tableSource(\"IcdsFile\", …)");

        assertThat(lines())
                .containsExactly(
                        "commcarehq: complete since 2018-10-24T21:07Z; 0 changes since.",
                        "commcarehq__apps: complete since 2018-10-24T21:07Z; 1 change since.",
                        "IcdsFile: complete since 2018-10-24T21:07Z.",
                        "IcdsFile: table t is not in h/d: skipped; name it by \"sources\": {\"IcdsFile\": ...} in the file of --config.");
    }

    @ParameterizedTest
    @CsvSource({
        "OUTAGE, connection refused, CouchDB is back after 0:01:12.",
        "SILENCE, no answer yet, CouchDB has answered after 0:01:12.",
        "LOCK, a lock on t, CouchDB goes on after 0:01:12.",
        "STATEMENT, a statement that takes long, CouchDB goes on after 0:01:12."
    })
    void tellsWhatIsWaitedForFromItsFirstSecondsToItsEnd(Kind kind, String cause, String end) {
        Wait wait = new Wait(kind, "CouchDB", cause, NOON, Optional.of(NOON.plus(Duration.ofMinutes(10))));

        listener.waiting(wait);
        now = NOON.plusSeconds(72);
        listener.resumed(wait);

        assertThat(lines()).isEmpty();
        assertThat(errors())
                .containsExactly(
                        "Waiting for CouchDB since 2018-10-24T12:00:00Z: %s. Trying again until 2018-10-24T12:10:00Z."
                                .formatted(cause),
                        end);
    }

    @Test
    void keepsTheConsoleBesideTheRunsOtherFiles() throws Exception {
        console.line("Created the log directory.");
        listener.started(directory.resolve("slug-blob-migration-20181024T205839Z"));
        listener.warned("the sequence of \"x\" was rewound");
        console.close();

        assertThat(Files.readAllLines(directory.resolve("slug-blob-migration-20181024T205839Z-summary.txt")))
                .containsExactly("Created the log directory.", "Warning: the sequence of \"x\" was rewound");
    }

    private static Progress progress(long total, long read, long previously, long processed) {
        return new Progress(
                "commcarehq",
                "CommCareAudio, CommCareBuild",
                total,
                read,
                previously,
                processed,
                37,
                1,
                processed,
                Duration.ofSeconds(1),
                Optional.empty(),
                Optional.empty(),
                WHOLE);
    }

    private static Tallies found(Tallies.Verified found) {
        return new Tallies(3, 1, 0, 0, 0, 0, 0, found, Tallies.Rows.NONE);
    }

    private List<String> errors() {
        console.flush();
        return errors.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<String> lines() {
        console.flush();
        return terminal.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
