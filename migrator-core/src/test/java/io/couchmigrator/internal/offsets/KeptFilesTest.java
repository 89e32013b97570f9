// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.internal.files.LogDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Offset files of each format, and of each way to be wrong, which are kept for good in {@code src/test/resources/offsets}. */
final class KeptFilesTest {
    private static final Path KEPT = Path.of("src/test/resources/offsets");

    /** What is wrong with each file, by its name. */
    private static final String REFUSED = """
            empty                          | is torn: it holds no JSON object
            torn                           | is torn: it ends too early
            no-json                        | is torn: it is not JSON at line 3, column
            no-object                      | is torn: it holds no JSON object
            no-utf-8                       | is torn: it is not UTF-8
            more-after-its-end             | is torn: it is not JSON at line
            overwritten-by-zeros           | is torn: it is not JSON at line
            format-newer                   | was written by a newer version: seen format 3, expected at most 2: run the version that wrote it, or a newer one
            format-much-newer              | was written by a newer version: seen format 99999999999, expected at most 2: run
            format-zero                    | unexpected value at $.format: expected at least 1
            format-between-two             | unexpected value at $.format: expected a whole number
            format-as-text                 | unexpected value at $.format: expected a number
            format-null                    | unexpected value at $.format: expected a number
            format-missing                 | unexpected value at $.format: expected a number
            requires-unknown               | requires what this version does not understand: seen ["owning"], expected at most ["purges"]: run the version that wrote it, or a newer one
            requires-several-unknown       | requires what this version does not understand: seen ["owning","löschen\\n"], expected at most ["purges"]: run
            requires-missing               | unexpected value at $.requires: expected an array
            requires-no-list               | unexpected value at $.requires: expected an array
            requires-no-text               | unexpected value at $.requires[1]: expected a string
            migration-missing              | unexpected value at $.migration: expected a string
            migration-no-text              | unexpected value at $.migration: expected a string
            saved-missing                  | unexpected value at $.saved: expected a string
            saved-no-time                  | unexpected value at $.saved: expected a time
            source-missing                 | unexpected value at $.source: expected an object
            source-no-object               | unexpected value at $.source: expected an object
            source-url-missing             | unexpected value at $.source.url: expected a string
            uuid-no-text                   | unexpected value at $.source.uuid: expected a string or null
            target-missing                 | unexpected value at $.target: expected an object
            database-oid-missing           | unexpected value at $.target.database_oid: expected a number
            database-oid-no-number         | unexpected value at $.target.database_oid: expected a number
            database-oid-no-whole-number   | unexpected value at $.target.database_oid: expected a whole number
            database-oid-too-large         | unexpected value at $.target.database_oid: expected a whole number
            table-oid-null                 | unexpected value at $.target.table_oids.orders: expected a number
            shards-no-list                 | unexpected value at $.target.shards: expected an array
            table-source-no-object         | unexpected value at $.target.table_sources.lines: expected an object
            outstanding-rejects-missing    | unexpected value at $.outstanding_rejects: expected a number
            outstanding-rejects-negative   | unexpected value at $.outstanding_rejects: expected a whole number of at least 0
            rejects-digest-no-text         | unexpected value at $.rejects_digest: expected a string
            rejects-digest-null            | unexpected value at $.rejects_digest: expected a string
            rejects-digest-too-short       | unexpected value at $.rejects_digest: expected 16 hexadecimal digits
            rejects-digest-no-digits       | unexpected value at $.rejects_digest: expected 16 hexadecimal digits
            stages-missing                 | unexpected value at $.stages: expected an array
            stages-no-list                 | unexpected value at $.stages: expected an array
            stage-no-object                | unexpected value at $.stages[0]: expected an object
            stage-name-null                | unexpected value at $.stages[1].name: expected a string
            stage-twice                    | unexpected value at $.stages[1].name: expected a name that no stage before it has
            stage-definition-missing       | unexpected value at $.stages[0].definition: expected a number
            definition-too-large           | unexpected value at $.stages[0].definition: expected a whole number of 32 bits
            instance-start-time-null       | unexpected value at $.stages[0].instance_start_time: expected a string
            phase-unknown                  | unexpected value at $.stages[0].phase: expected one of the words of this version
            total-negative                 | unexpected value at $.stages[0].total: expected a whole number of at least 0
            rate-negative                  | unexpected value at $.stages[0].rate: expected a number of at least 0
            rate-too-large                 | unexpected value at $.stages[0].rate: expected a number of at least 0
            rate-no-number                 | unexpected value at $.stages[0].rate: expected a number
            stage-sequence-missing         | unexpected value at $.stages[0].sequence: expected a sequence
            sequence-null                  | unexpected value at $.stages[0].sequence: expected a sequence
            sequence-now                   | unexpected value at $.stages[0].sequence: expected a sequence
            sequence-empty                 | unexpected value at $.stages[0].sequence: expected a sequence
            sequence-below-zero            | unexpected value at $.stages[0].sequence: expected a sequence
            sequence-no-token              | unexpected value at $.stages[0].sequence: expected a sequence
            database-null                  | unexpected value at $.stages[0].instance_start_time: expected null, as database is
            sequence-without-a-database    | unexpected value at $.stages[1].sequence: expected null, as database is
            instance-start-time-without-a-database | unexpected value at $.stages[1].instance_start_time: expected null, as database is
            update-seq-without-a-database  | unexpected value at $.stages[1].update_seq: expected null, as database is
            witnesses-without-a-database   | unexpected value at $.stages[1].witnesses: expected null, as database is
            completed-no-text              | unexpected value at $.stages[0].completed: expected a string or null
            stage-tallies-missing          | unexpected value at $.stages[1].tallies_outside_ranges: expected an object
            tally-no-number                | unexpected value at $.stages[0].tallies_outside_ranges.read: expected a number
            tally-negative                 | unexpected value at $.stages[0].ranges[0].tallies.read: expected a whole number of at least 0
            witness-no-object              | unexpected value at $.stages[0].witnesses[0]: expected an object
            ranges-missing                 | unexpected value at $.stages[0].ranges: expected an array
            ranges-none                    | unexpected value at $.stages[0].ranges: expected at least one
            ranges-not-from-the-beginning  | unexpected value at $.stages[0].ranges[0].from: expected null
            ranges-with-a-gap              | unexpected value at $.stages[0].ranges[1].from: expected where the range before ends
            ranges-with-two-ends           | unexpected value at $.stages[0].ranges[0].before: expected an id
            ranges-not-to-the-end          | unexpected value at $.stages[0].ranges[1].before: expected null
            complete-with-a-range-left     | unexpected value at $.stages[0].phase: expected "complete" only with all ranges done
            catching-up-with-a-range-left  | unexpected value at $.stages[0].phase: expected "catching up" only with all ranges done
            from-no-id                     | unexpected value at $.stages[0].ranges[1].from: expected an id or null
            after-no-id                    | unexpected value at $.stages[0].ranges[1].after: expected an id
            after-no-whole-number          | unexpected value at $.stages[1].ranges[0].after: expected an id
            rank-negative                  | unexpected value at $.stages[0].ranges[0].rank: expected a whole number of at least 0
            rank-no-number                 | unexpected value at $.stages[0].ranges[0].rank: expected a number
            after-a-number-among-documents | unexpected value at $.stages[0].ranges[0].after: expected a text, as database is one
            before-a-number-among-documents | unexpected value at $.stages[0].ranges[0].before: expected a text, as database is one
            after-a-text-among-rows        | unexpected value at $.stages[1].ranges[0].after: expected a number, as database is null
            range-done-missing             | unexpected value at $.stages[0].ranges[0].done: expected true or false
            done-no-flag                   | unexpected value at $.stages[0].ranges[1].done: expected true or false
            range-tallies-missing          | unexpected value at $.stages[0].ranges[0].tallies: expected an object
            """;

    static Stream<Arguments> refused() {
        return REFUSED.lines().map(line -> line.split(" *\\| ", 2)).map(parts -> Arguments.of((Object[]) parts));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuses(String name, String why) {
        Path file = KEPT.resolve("refused").resolve(name + ".json");

        assertThatThrownBy(() -> OffsetFile.load(file))
                .isInstanceOf(OffsetsRefusedException.class)
                .hasMessageStartingWith("offset file \"" + file + "\" ")
                .hasMessageContaining(why)
                .hasMessageContaining(
                        ", or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)")
                .hasMessageNotContaining("Exception");
    }

    @Test
    void leavesNoFileWithoutAReasonToRefuseIt() throws IOException {
        assertThat(names(KEPT.resolve("refused")))
                .containsExactlyInAnyOrderElementsOf(
                        refused().map(file -> file.get()[0] + ".json").toList());
    }

    @Test
    void readsTheFileThatAllOthersWereMadeOfByOneChange() {
        assertThat(OffsetFile.load(KEPT.resolve("whole.json"))).isPresent();
    }

    @Test
    void passesOverAMemberThatItNeedNotUnderstand() {
        assertThat(OffsetFile.load(KEPT.resolve("with-an-unknown-member.json")))
                .isEqualTo(OffsetFile.load(KEPT.resolve("whole.json")));
    }

    @Test
    void readsAFileWithoutADigestOfTheRejectsFileAndOneWithIt() {
        assertThat(OffsetFile.load(KEPT.resolve("whole.json")).orElseThrow().rejects())
                .isEqualTo(new RejectsMark(1, OptionalLong.empty()));
        assertThat(OffsetFile.load(KEPT.resolve("with-a-digest-of-rejects.json"))
                        .orElseThrow()
                        .rejects())
                .isEqualTo(new RejectsMark(1, OptionalLong.of(0xf1e2d3c4b5a697L)));
    }

    @Test
    void readsHowFastStagesWereReadWhereThatIsKnown() {
        Offsets without = OffsetFile.load(KEPT.resolve("whole.json")).orElseThrow();

        Offsets offsets = OffsetFile.load(KEPT.resolve("with-a-rate.json")).orElseThrow();

        assertThat(without.rates()).isEmpty();
        assertThat(offsets).isEqualTo(without.withRates(Map.of("orders", 2_345.6)));
    }

    @Test
    void readsHowManyPurgesAreDoneAndRequiresThatOthersDo() {
        Offsets offsets = OffsetFile.load(KEPT.resolve("with-purges.json")).orElseThrow();

        assertThat(offsets.stages().get(0).source().orElseThrow().purges()).isEqualTo(new JsonPrimitive("3-g1"));
        assertThat(OffsetFormat.offsets(OffsetFormat.json(offsets))).isEqualTo(offsets);
        assertThat(OffsetFormat.json(offsets).get("requires").toString()).isEqualTo("[\"purges\"]");
    }

    static Stream<String> moments() throws IOException {
        return names(KEPT.resolve("format-1")).stream();
    }

    @ParameterizedTest
    @MethodSource("moments")
    void savesAFileOfTheFirstFormatInTheSecond(String moment, @TempDir Path logs) throws IOException {
        for (Path old : offsetFiles(KEPT.resolve("format-1").resolve(moment))) {
            Path kept = KEPT.resolve("format-2").resolve(moment).resolve(old.getFileName());
            Offsets offsets = OffsetFile.load(old).orElseThrow();

            try (LogDirectory directory =
                    LogDirectory.open(logs, "migrate_metadata", "blob-migration", Instant.EPOCH)) {
                new OffsetFile(directory).save(offsets);
            }

            assertThat(OffsetFile.load(kept)).contains(offsets);
            assertThat(logs.resolve("migrate_metadata.offsets.json")).hasSameTextualContentAs(kept);
        }
    }

    private static List<Path> offsetFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".offsets.json"))
                    .toList();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
