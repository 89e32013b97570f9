// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.LogDirectoryException;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OffsetFileTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39.123456Z");

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
    @ValueSource(strings = {"\"12-g1AAAA\"", "12", "1.0", "[12,\"g1AAAA\"]", "{\"a\":[1]}"})
    void readsBackWhatItSaved(String sequence) {
        Offsets offsets = offsets(JsonParser.parseString(sequence));

        file.save(offsets(null));
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
        file.save(offsets(null));
        Files.setPosixFilePermissions(directory.offsets(), PosixFilePermissions.fromString("rw-rw-rw-"));

        file.save(offsets(null));

        assertThat(Files.getPosixFilePermissions(directory.offsets()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(logs).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void savesOverWhatAKilledRunLeft() throws IOException {
        Files.writeString(logs.resolve("orders.offsets.json.tmp"), "{");

        file.save(offsets(null));

        assertThat(file.load()).contains(offsets(null));
    }

    @Test
    void saysWhereAFileIsNoJson() throws IOException {
        Files.writeString(directory.offsets(), "{\n  \"format\" 1\n}");

        assertThatThrownBy(file::load)
                .hasMessageContaining("\" is torn: it is not JSON at line 2, column ")
                .hasMessageNotContaining("Exception");
    }

    @Test
    void refusesAFileThatIsTornAtAnyByte() throws IOException {
        file.save(offsets(JsonParser.parseString("\"12-g1\"")));
        byte[] whole = Files.readAllBytes(directory.offsets());
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(directory.offsets(), Arrays.copyOf(whole, length));
            assertThatThrownBy(file::load)
                    .as("torn after %d bytes", length)
                    .isInstanceOf(LogDirectoryException.class)
                    .hasMessageContaining("\" is torn: it ")
                    .hasMessageNotContaining("Exception")
                    .hasMessageContaining("--reset");
        }
    }

    @Test
    void refusesAFileThatIsOverwrittenByZeros() throws IOException {
        file.save(offsets(null));
        byte[] whole = Files.readAllBytes(directory.offsets());
        for (int at = 0; at < whole.length - 1; at += 7) {
            byte[] broken = whole.clone();
            Arrays.fill(broken, at, Math.min(whole.length, at + 16), (byte) 0);
            Files.write(directory.offsets(), broken);
            assertThatThrownBy(file::load).as("from byte %d", at).isInstanceOf(LogDirectoryException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "format; 2; was written by a newer version: seen format 2, expected 1",
                "format; 99999999999; was written by a newer version: seen format 99999999999, expected 1",
                "format; 0.5; seen format 0.5, expected 1",
                "format; 1.5; seen format 1.5, expected 1",
                "format; '1'; seen format \"1\", expected 1",
                "format; null; seen format null, expected 1",
                "migration; 1; unexpected value at $.migration: expected a string",
                "saved; 'today'; unexpected value at $.saved: expected a time",
                "source; []; unexpected value at $.source: expected an object",
                "source.uuid; 5; unexpected value at $.source.uuid: expected a string or null",
                "target.database_oid; '5'; unexpected value at $.target.database_oid: expected a number",
                "target.database_oid; 1.5; unexpected value at $.target.database_oid: expected a whole number",
                "target.database_oid; 99999999999999999999; unexpected value at $.target.database_oid: expected a whole number",
                "target.table_oids.orders; null; unexpected value at $.target.table_oids.orders: expected a number",
                "stages; {}; unexpected value at $.stages: expected an array",
                "stages.0; 7; unexpected value at $.stages[0]: expected an object",
                "stages.0.definition; 99999999999; unexpected value at $.stages[0].definition: expected a whole number",
                "stages.0.instance_start_time; null; unexpected value at $.stages[0].instance_start_time: expected a string",
                "stages.0.phase; 'sleeping'; unexpected value at $.stages[0].phase: expected one of the words of this version",
                "stages.0.completed; 5; unexpected value at $.stages[0].completed: expected a string or null",
                "stages.0.tallies_outside_ranges.read; true; unexpected value at $.stages[0].tallies_outside_ranges.read: expected a number",
                "stages.0.ranges.1.from; []; unexpected value at $.stages[0].ranges[1].from: expected an id or null",
                "stages.0.ranges.1.after; true; unexpected value at $.stages[0].ranges[1].after: expected an id",
                "stages.0.ranges.1.after; 1.5; unexpected value at $.stages[0].ranges[1].after: expected an id",
                "stages.0.ranges.1.done; 'yes'; unexpected value at $.stages[0].ranges[1].done: expected true or false",
                "stages.1.name; null; unexpected value at $.stages[1].name: expected a string"
            })
    void refusesWhatIsNotWhatItWritesAndNamesThePlace(String place, String value, String message) throws IOException {
        file.save(offsets(JsonParser.parseString("\"12-g1\"")));
        JsonObject json =
                JsonParser.parseString(Files.readString(directory.offsets())).getAsJsonObject();
        set(json, place.split("\\.", -1), JsonParser.parseString(value));
        Files.writeString(directory.offsets(), JsonFiles.page(json));

        assertThatThrownBy(file::load)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining(directory.offsets().toString())
                .hasMessageContaining(message)
                .hasMessageContaining("--reset");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"migration", "source.url", "target", "stages", "stages.0.sequence", "stages.0.ranges.0.tallies"})
    void refusesAFileThatLacksSomething(String place) throws IOException {
        file.save(offsets(null));
        JsonObject json =
                JsonParser.parseString(Files.readString(directory.offsets())).getAsJsonObject();
        String[] path = place.split("\\.", -1);
        JsonElement parent = parent(json, path);
        parent.getAsJsonObject().remove(path[path.length - 1]);
        Files.writeString(directory.offsets(), JsonFiles.page(json));

        assertThatThrownBy(file::load)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("." + path[path.length - 1] + ": expected");
    }

    @Test
    void saysWhyItCannotSave() throws IOException {
        Files.createDirectories(logs.resolve("orders.offsets.json/x"));

        assertThatThrownBy(() -> file.save(offsets(null)))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageStartingWith("could not save \"" + directory.offsets() + "\"")
                .hasMessageEndingWith("then run the same command again");
        assertThatThrownBy(file::load)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageStartingWith("could not read \"" + directory.offsets() + "\"");
    }

    private static void set(JsonObject json, String[] path, JsonElement value) {
        JsonElement parent = parent(json, path);
        String name = path[path.length - 1];
        if (parent.isJsonArray()) {
            parent.getAsJsonArray().set(Integer.parseInt(name), value);
        } else {
            parent.getAsJsonObject().add(name, value);
        }
    }

    private static JsonElement parent(JsonObject json, String[] path) {
        JsonElement place = json;
        for (String name : Arrays.asList(path).subList(0, path.length - 1)) {
            place = place.isJsonArray()
                    ? place.getAsJsonArray().get(Integer.parseInt(name))
                    : place.getAsJsonObject().get(name);
        }
        return place;
    }

    static Offsets offsets(@Nullable JsonElement sequence) {
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
                2,
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
                                List.of(new Witness("a", "1-b"), new Witness("m\ud83d", "12-c"))),
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
                                List.of())));
    }
}
