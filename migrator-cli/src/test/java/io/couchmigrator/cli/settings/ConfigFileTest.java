// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    private final Faults faults = new Faults();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("migrator.json");
    }

    @Test
    void readsStringsAndNumbers() throws IOException {
        assertThat(read("{\"log-dir\": \"logs/ü\", \"chunk-size\": 500, \"couch-password\": \"s3cret\"}"))
                .containsOnly(
                        Map.entry(Setting.LOG_DIR, List.of("logs/ü")),
                        Map.entry(Setting.CHUNK_SIZE, List.of("500")),
                        Map.entry(Setting.COUCH_PASSWORD, List.of("s3cret")));
        assertThat(faults.messages()).isEmpty();
    }

    @Test
    void tellsAllThatIsWrongWithItsKeys() throws IOException {
        read("{\"chunksize\": 1, \"reset\": true, \"log-dir\": null, \"couch-url\": [\"a\"], \"num-workers\": 2,"
                + " \"num-workers\": 3}");

        assertThat(faults.messages())
                .containsExactly(
                        file + " has an unknown key \"chunksize\": did you mean chunk-size?",
                        file + " has \"reset\", which is an option of the command line only: remove it",
                        file + " has \"log-dir\" with a value that is neither a string nor a number",
                        file + " has \"couch-url\" with a value that is neither a string nor a number",
                        file + " has \"num-workers\" twice: leave one");
    }

    @Test
    void readsAnArrayWhereAnOptionMayBeRepeated() throws IOException {
        assertThat(read("{\"couch-db\": [\"orders\", \"invoices\"]}"))
                .containsExactly(Map.entry(Setting.COUCH_DB, List.of("orders", "invoices")));
        assertThat(faults.messages()).isEmpty();

        read("{\"couch-db\": []}");
        read("{\"couch-db\": [\"orders\", 7]}");
        assertThat(faults.messages())
                .hasSize(2)
                .allMatch(fault -> fault.equals(
                        file + " has \"couch-db\" with an array of something else than strings: expected one or more"));
    }

    @Test
    void readsTheMapOfShardsByItself() throws IOException {
        Files.writeString(file, "{\"shards\": [{\"shards\": [0, 1], \"PGHOST\": \"h\"}], \"couch-db\": \"x\"}");
        ConfigFile read = new ConfigFile(file, faults);

        assertThat(read.read()).containsOnlyKeys(Setting.COUCH_DB);
        assertThat(read.shards().orElseThrow()).hasSize(1);
        assertThat(faults.messages()).isEmpty();
    }

    @Test
    void takesAnyNumberInAMapOfShardsForWhatItIs() throws IOException {
        Files.writeString(file, "{\"shards\": [{\"shards\": [0, 1e99999999999], \"PGPORT\": 5432}]}");
        ConfigFile read = new ConfigFile(file, faults);
        read.read();

        assertThat(new ShardSettings(
                                read.shards().orElseThrow(),
                                "file",
                                new DatabaseEntry("file", Map.of(), new ArrayList<>()),
                                faults)
                        .map())
                .isEmpty();
        assertThat(faults.messages()).singleElement().asString().contains("\"shards\" is no range");
    }

    @Test
    void refusesAMapOfShardsThatIsNoArrayOrTwice() throws IOException {
        read("{\"shards\": \"[0,1]\"}");
        read("{\"shards\": [], \"shards\": []}");
        read("{\"shards\": [{\"PGHOST\": \"a\", \"PGHOST\": \"b\"}]}");
        read("{\"shards\": [{\"PGHOST\": \"a\"}");

        assertThat(faults.messages())
                .containsExactly(
                        file + " has \"shards\" with a value that is no array: expected one object for each database",
                        file + " has \"shards\" twice: leave one",
                        file + " has \"PGHOST\" twice in an entry of \"shards\": leave one",
                        file + " ends too early: expected a JSON object that is complete: see line 1, column 28");
    }

    @Test
    void refusesDatabasesOfTablesThatAreNoObjectOrTwice() throws IOException {
        read("{\"sources\": [\"IcdsFile\"]}");
        read("{\"sources\": {}, \"sources\": {}}");
        read("{\"sources\": {\"IcdsFile\": {\"PGHOST\": true, \"PGHOST\": null}}}");

        assertThat(faults.messages())
                .containsExactly(
                        file
                                + " has \"sources\" with a value that is no object: expected something like {\"IcdsFile\": {\"PGDATABASE\": \"DATABASE\"}}",
                        file + " has \"sources\" twice: leave one",
                        file + " has \"PGHOST\" twice in an entry of \"sources\": leave one");
    }

    @Test
    void takesNumbersOnlyWhereTheyAreMeant() throws IOException {
        assertThat(read("{\"log-dir\": 3, \"max-outage\": 600, \"chunk-size\": 3, \"num-workers\": \"3\"}"))
                .containsOnlyKeys(Setting.CHUNK_SIZE, Setting.NUM_WORKERS);
        assertThat(faults.messages())
                .containsExactly(
                        file + " has \"log-dir\" with a number: expected a string",
                        file + " has \"max-outage\" with a number: expected a string");
    }

    @Test
    void namesLineAndColumnOfMalformedJsonButNoValue() throws IOException {
        read("{\n  \"couch-password\": \"hunter2\"\n  \"couch-db\": \"x\"\n}");

        assertThat(faults.messages())
                .singleElement()
                .asString()
                .startsWith(file + " is not valid JSON: see line 3, column ")
                .doesNotContain("hunter2");
    }

    @Test
    void refusesWhatEndsTooEarlyOrIsNoObjectOrNoUtf8OrNotThere() throws IOException {
        read("{\"couch-db\": \"x\"");
        read("[]");
        read("{} {}");
        Files.write(file, "{\"couch-db\": \"ü\"}".getBytes(StandardCharsets.ISO_8859_1));
        new ConfigFile(file, faults).read();
        Files.delete(file);
        new ConfigFile(file, faults).read();

        assertThat(faults.messages())
                .satisfiesExactly(
                        early -> assertThat(early).contains("ends too early", "line 1"),
                        array -> assertThat(array).contains("holds no JSON object"),
                        more -> assertThat(more).contains("is not valid JSON", "line 1"),
                        latin -> assertThat(latin).endsWith("is not UTF-8: save it as UTF-8"),
                        gone -> assertThat(gone).contains("cannot read", file.toString(), "there is no such file"));
    }

    private Map<Setting, List<String>> read(String json) throws IOException {
        Files.writeString(file, json);
        return new ConfigFile(file, faults).read();
    }
}
