// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OffsetFileTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39.123456Z");
    private static final JsonElement SEQUENCE = new JsonPrimitive("12-g1");

    @TempDir
    private Path logs;

    private LogDirectory directory;
    private OffsetFile file;

    @BeforeEach
    void open() {
        directory = LogDirectory.open(logs, "orders", "run", NOW);
        file = new OffsetFile(directory);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"12-g1AAAA\"", "\"0\"", "0", "12", "1.0", "[12,\"g1AAAA\"]", "{\"a\":[1]}"})
    void readsBackWhatItSaved(String sequence) {
        Offsets offsets = offsets(JsonParser.parseString(sequence));

        file.save(offsets(SEQUENCE));
        file.save(offsets);

        assertThat(file.load()).contains(offsets);
        assertThat(JsonFiles.line(Objects.requireNonNull(offsets.stages().get(0).sequence())))
                .isEqualTo(sequence);
    }

    @Test
    void readsNothingWhereNothingWasSaved() {
        assertThat(file.load()).isEmpty();
    }

    @Test
    void letsNobodyElseReadIt() throws IOException {
        file.save(offsets(SEQUENCE));
        Files.setPosixFilePermissions(directory.offsets(), PosixFilePermissions.fromString("rw-rw-rw-"));

        file.save(offsets(SEQUENCE));

        assertThat(Files.getPosixFilePermissions(directory.offsets()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(logs).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void savesOverWhatAKilledRunLeft() throws IOException {
        Files.writeString(logs.resolve("orders.offsets.json.tmp"), "{");

        file.save(offsets(SEQUENCE));

        assertThat(file.load()).contains(offsets(SEQUENCE));
    }

    @Test
    void refusesAFileThatIsTornAtAnyByte() throws IOException {
        file.save(offsets(JsonParser.parseString("\"12-g1\"")));
        byte[] whole = Files.readAllBytes(directory.offsets());
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(directory.offsets(), Arrays.copyOf(whole, length));
            assertThatThrownBy(file::load)
                    .as("torn after %d bytes", length)
                    .isInstanceOf(OffsetsRefusedException.class)
                    .hasMessageContaining("\" is torn: it ")
                    .hasMessageNotContaining("Exception")
                    .hasMessageContaining("startOver(true)");
        }
    }

    @Test
    void refusesAFileThatIsOverwrittenByZeros() throws IOException {
        file.save(offsets(SEQUENCE));
        byte[] whole = Files.readAllBytes(directory.offsets());
        for (int at = 0; at < whole.length - 1; at += 7) {
            byte[] broken = whole.clone();
            Arrays.fill(broken, at, Math.min(whole.length, at + 16), (byte) 0);
            Files.write(directory.offsets(), broken);
            assertThatThrownBy(file::load).as("from byte %d", at).isInstanceOf(OffsetsRefusedException.class);
        }
    }

    @Test
    void saysWhyItCannotSave() throws IOException {
        Files.createDirectories(logs.resolve("orders.offsets.json.tmp/x"));

        assertThatThrownBy(() -> file.save(offsets(SEQUENCE)))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageStartingWith("could not save \"" + directory.offsets() + "\"")
                .hasMessageEndingWith("then try again");
    }

    @Test
    void saysThatADirectoryIsInItsPlace() throws IOException {
        Files.createDirectories(logs.resolve("orders.offsets.json/x"));

        for (ThrowingCallable use : List.<ThrowingCallable>of(file::load, () -> file.save(offsets(SEQUENCE)))) {
            assertThatThrownBy(use)
                    .isInstanceOf(LogDirectoryException.class)
                    .hasMessageStartingWith("\"" + directory.offsets() + "\" is a directory, not a regular file: ");
        }
    }

    static Offsets offsets(JsonElement sequence) {
        RangeOffset first = RangeOffset.of(null, new DocumentId("m\ud83d"))
                .advanced(new DocumentId("a\u0000\"\\ü\ud83d\ude00"), new Tallies(6, 1, 2, 3, 4, 5));
        return new Offsets(
                "orders",
                NOW,
                "http://localhost:5984/",
                null,
                NOW.minusSeconds(60),
                new TargetIdentity(
                                Optional.of("7123"),
                                "shop",
                                16384,
                                Map.of("orders", 4_294_967_295L),
                                OptionalLong.of(7))
                        .reading(Map.of(
                                "parts",
                                new TargetIdentity(Optional.of("7124"), "ucr", 5, Map.of(), OptionalLong.empty()))),
                new RejectsMark(2, OptionalLong.of(-7)),
                List.of(
                        new StageOffset(
                                "orders",
                                3,
                                Optional.of(new Database("orders", "1540414719", new JsonPrimitive("1000-g1AA"))),
                                Phase.READING,
                                sequence,
                                1_000,
                                NOW,
                                null,
                                List.of(
                                        first,
                                        RangeOffset.of(new DocumentId("m\ud83d"), null)
                                                .finished()),
                                Tallies.NONE,
                                List.of(new Witness("a", "1-b"), new Witness("m\ud83d", "12-c")),
                                List.of(new TableClaims("archive.orders", 16_403, List.of("a1b2", "c3d4")))),
                        new StageOffset(
                                "lines",
                                1,
                                Optional.empty(),
                                Phase.COMPLETE,
                                null,
                                5,
                                NOW,
                                NOW.plusSeconds(1),
                                List.of(RangeOffset.of(null, null)
                                        .advanced(new RowId(-5), Tallies.NONE)
                                        .finished()),
                                new Tallies(1, 1, 0, 0, 1, 0),
                                List.of(),
                                List.of())));
    }
}
