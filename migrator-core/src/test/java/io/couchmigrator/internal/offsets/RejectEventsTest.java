// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Very many rejects. */
final class RejectEventsTest {
    @TempDir
    private Path logs;

    private Path path;

    @BeforeEach
    void name() {
        path = logs.resolve("orders.rejects.jsonl");
    }

    /** What is said of a reject may be long, and stays in the file. */
    @Test
    void readsAFileThatIsLargerThanTheHeap() throws Exception {
        String reason = "r".repeat(8_000);
        try (BufferedWriter file = Files.newBufferedWriter(path)) {
            for (int i = 0; i < 10_000; i++) {
                file.write(rejected("a" + i, reason));
            }
        }

        Process reader = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RejectsReader.class.getName(),
                        path.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(reader.getInputStream()).hasContent("10000");
        assertThat(Files.size(path)).isGreaterThan(80_000_000);
    }

    /** After each batch a run asks for this: counting them each time would take minutes here. */
    @Test
    @Timeout(60)
    void knowsHowManyAreOutstandingWithoutCountingThemAgain() throws IOException {
        writeRejects(20_000, 0);
        long outstanding = 0;
        try (RejectsFile rejects = RejectsFile.open(RejectEvents.read(path), stage -> true, Clock.systemUTC())) {
            for (int batch = 0; batch < 400_000; batch++) {
                outstanding += rejects.outstandingRejects();
            }
        }

        assertThat(outstanding).isEqualTo(20_000L * 400_000);
    }

    @Test
    void leavesOutWhatNoLongerMattersWhereThatIsMost() throws IOException {
        writeRejects(5_001, 5_000);
        List<String> before = Files.readAllLines(path);

        RejectEvents events = RejectEvents.read(path, mark());
        events.compactIfWorthIt();

        assertThat(Files.readAllLines(path)).containsExactly(before.get(5_000));
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(logs).isDirectoryNotContaining("glob:**.tmp");
        try (RejectsFile rejects = RejectsFile.open(events, stage -> true, Clock.systemUTC())) {
            assertThat(rejects.outstanding()).isEqualTo(1);
            rejects.resolved("orders", new DocumentId("a5000"), Optional.of("1-a"));
        }
        assertThat(Files.readAllLines(path)).hasSize(2).startsWith(before.get(5_000));
    }

    /** Few lines cost nothing, and a file that mostly matters would be copied at every start. */
    @ParameterizedTest
    @CsvSource({"4999, 4999", "20000, 5000"})
    void leavesAFileAsItIsWhereLittleOrLessThanHalfNoLongerMatters(int rejected, int resolved) throws IOException {
        writeRejects(rejected, resolved);
        byte[] before = Files.readAllBytes(path);

        RejectEvents.read(path, mark()).compactIfWorthIt();

        assertThat(path).hasBinaryContent(before);
    }

    /** A run was killed after it had resolved some, and before it had saved what is left. */
    @Test
    void leavesAFileAsItIsOfWhichTheOffsetFileDoesNotKnowAll() throws IOException {
        writeRejects(5_003, 5_000);
        RejectsMark saved = mark();
        try (RejectsFile rejects = RejectsFile.open(RejectEvents.read(path, saved), stage -> true, Clock.systemUTC())) {
            rejects.resolved("orders", new DocumentId("a5000"), Optional.of("1-a"));
        }
        byte[] before = Files.readAllBytes(path);

        RejectEvents.read(path, saved).compactIfWorthIt();

        assertThat(path).hasBinaryContent(before);
        assertThat(RejectEvents.read(path, saved).isWhole()).isTrue();
        RejectEvents.read(path, mark()).compactIfWorthIt();
        assertThat(Files.readAllLines(path)).hasSize(2);
        assertThat(RejectEvents.read(path, saved).isWhole()).isFalse();
    }

    @Test
    void compactsOverWhatAKilledRunLeft() throws IOException {
        writeRejects(5_001, 5_000);
        Files.writeString(logs.resolve("orders.rejects.jsonl.tmp"), "{\"event\":\"rej");

        RejectEvents.read(path, mark()).compactIfWorthIt();

        assertThat(Files.readAllLines(path)).hasSize(1);
        assertThat(logs).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void compactsWhatALinkLeadsTo() throws IOException {
        Path elsewhere = Files.createDirectory(logs.resolve("elsewhere")).resolve("kept.jsonl");
        Files.createSymbolicLink(path, elsewhere);
        writeRejects(5_001, 5_000);

        RejectEvents.read(path, mark()).compactIfWorthIt();

        assertThat(path).isSymbolicLink();
        assertThat(Files.readAllLines(elsewhere)).hasSize(1);
        assertThat(elsewhere.getParent()).isDirectoryNotContaining("glob:**.tmp");
    }

    /** The run goes on with it, so what comes next is added behind all that is there. */
    @Test
    void keepsAFileThatCannotBeReplaced() throws IOException {
        writeRejects(5_001, 5_000);
        byte[] before = Files.readAllBytes(path);
        Files.createDirectories(logs.resolve("orders.rejects.jsonl.tmp/in the way"));

        RejectEvents events = RejectEvents.read(path, mark());

        assertThatThrownBy(() -> events.compactIfWorthIt())
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageStartingWith("could not replace \"" + path + "\"");
        assertThat(path).hasBinaryContent(before);
        try (RejectsFile rejects = RejectsFile.open(events, stage -> true, Clock.systemUTC())) {
            rejects.resolved("orders", new DocumentId("a5000"), Optional.of("1-a"));
        }
        assertThat(Files.readString(path)).startsWith(new String(before, StandardCharsets.UTF_8));
        assertThat(Files.readAllLines(path)).hasSize(10_002);
    }

    private RejectsMark mark() {
        return RejectEvents.read(path).mark();
    }

    /** Writes so many rejects, the first so many of which are resolved. */
    private void writeRejects(int rejected, int resolved) throws IOException {
        try (BufferedWriter file = Files.newBufferedWriter(path)) {
            for (int i = 0; i < rejected; i++) {
                file.write(rejected("a" + i, "a reason"));
            }
            for (int i = 0; i < resolved; i++) {
                file.write("{\"event\":\"resolved\",\"stage\":\"orders\",\"doc_id\":\"a" + i + "\"}\n");
            }
        }
    }

    private static String rejected(String id, String reason) {
        return "{\"event\":\"rejected\",\"stage\":\"orders\",\"doc_id\":\"" + id
                + "\",\"rev\":\"1-a\",\"code\":\"wrong-type\",\"reason\":\"" + reason + "\"}\n";
    }
}
