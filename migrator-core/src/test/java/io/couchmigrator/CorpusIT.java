// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedLogEntry;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Pose;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole of {@code migrate_metadata} on the corpus: exactly the expected rows, and exactly the expected log. */
@ExtendWith(MigratorExtension.class)
final class CorpusIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";

    @TempDir
    private Path logs;

    private final Corpus corpus = Corpus.load();
    private final Recorder recorder = new Recorder();

    static Stream<Arguments> everyWay() {
        Stream<Arguments> ranksOnAndOff =
                Stream.of(Offsets.EXACT, Offsets.ZERO).flatMap(offsets -> ways(Pose.MODERN, offsets, 1, 2, 4, 8));
        Stream<Arguments> otherPoses = Stream.of(Pose.values())
                .filter(pose -> pose != Pose.MODERN)
                .flatMap(pose -> ways(pose, Offsets.EXACT, 1, 4));
        return Stream.concat(ranksOnAndOff, otherPoses).flatMap(CorpusIT::readings);
    }

    /** Most of them whole, as small documents are read of themselves. */
    private static Stream<Arguments> readings(Arguments way) {
        Object[] parts = way.get();
        boolean alsoFields = parts[2].equals(7) && parts[3].equals(4);
        return Stream.of(Reading.AUTO, Reading.FIELDS)
                .filter(reading -> reading == Reading.AUTO || alsoFields)
                .map(reading -> Arguments.of(parts[0], parts[1], parts[2], parts[3], reading));
    }

    private static Stream<Arguments> ways(Pose pose, Offsets offsets, Integer... workers) {
        return Stream.of(1, 7, 1000)
                .flatMap(chunkSize -> Stream.of(workers).map(number -> Arguments.of(pose, offsets, chunkSize, number)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void writesExactlyTheExpectedRowsAndLog(
            Pose pose, Offsets offsets, int chunkSize, int workers, Reading reading, TestDatabase database)
            throws Exception {
        try (CouchDouble couch =
                CouchDouble.builder().pose(pose).offsets(offsets).start()) {
            load(couch, database);

            Result result = migrator(couch, database)
                    .source(CouchServer.builder(couch.url()).reading(reading).build())
                    .chunkSize(chunkSize)
                    .workers(workers)
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(result.outstanding()).isEqualTo(1);
            assertThat(result.tallies().written()).isEqualTo(745);
            assertThat(result.tallies().alreadyThere()).isZero();
            assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
            assertThat(logged()).isEqualTo(corpus.log());
            assertThat(couch.requests(Requests.finds()).isEmpty()).isEqualTo(reading != Reading.FIELDS);
            assertThat(recorder.lines()).contains("read commcarehq 241/279 of 279, 0 previously, 37 filtered");
        }
    }

    static Stream<Arguments> workersAndRanks() {
        return Stream.of(Offsets.EXACT, Offsets.ZERO)
                .flatMap(offsets -> Stream.of(1, 2, 4, 8).map(workers -> Arguments.of(offsets, workers)));
    }

    /** The corpus is too small to be cut; this is not. */
    @ParameterizedTest
    @MethodSource("workersAndRanks")
    void writesExactlyTheExpectedRowsOfManyRanges(Offsets offsets, int workers, TestDatabase database)
            throws Exception {
        SampleDocuments sample = SampleDocuments.of("commcarehq", 20181024, 9_000, 300);
        try (CouchDouble couch = CouchDouble.builder().offsets(offsets).start()) {
            sample.loadInto(couch);
            sample.loadInto(database);

            Result result = migrator(couch, database).workers(workers).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(sample.rows());
            assertThat(result.audit().differences()).isZero();
            String file = Files.readString(logs.resolve("migrate_metadata.offsets.json"));
            assertThat(file.contains("\"rank\"")).isEqualTo(offsets == Offsets.EXACT);
        }
    }

    @Test
    void writesNothingMoreAndDrawsFromNoSequenceInASecondRun(CouchDouble couch, TestDatabase database)
            throws Exception {
        load(couch, database);
        couch.database("commcarehq").delete(ILLEGAL_ID);
        assertThat(migrator(couch, database).build().run().outcome()).isEqualTo(Outcome.COMPLETE);
        List<String> lastValue = database.query("select last_value from blobs_blobmeta_id_seq");

        Result second = migrator(couch, database).build().run();

        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.tallies().written()).isZero();
        assertThat(database.query("select last_value from blobs_blobmeta_id_seq"))
                .isEqualTo(lastValue);
        assertThat(recorder.lines()).contains("was complete commcarehq 0");
        assertThat(database.query("select slug from blobs_blobmigrationstate")).containsExactly("migrate_metadata");
    }

    @Test
    void bringsDocumentsThatWereAddedOrEditedInBetween(CouchDouble couch, TestDatabase database) throws Exception {
        load(couch, database);
        couch.database("commcarehq").put(document("edited", "edited.1"));
        migrator(couch, database).build().run();
        couch.database("commcarehq").put(document("added", "added.1"));
        JsonObject edited = couch.database("commcarehq").get("edited").orElseThrow();
        edited.add("external_blobs", blob("edited.2"));
        couch.database("commcarehq").put(edited);

        Result second = migrator(couch, database).build().run();

        assertThat(second.tallies().written()).isEqualTo(2);
        assertThat(database.query("select key from blobs_blobmeta where parent_id in ('added', 'edited') order by key"))
                .containsExactly(
                        "commcarehq/added/added.1", "commcarehq/edited/edited.1", "commcarehq/edited/edited.2");
        assertThat(recorder.lines()).contains("was complete commcarehq 2", "caught up commcarehq 2 changes 2 rows");
    }

    @Test
    void bringsARejectedDocumentOnceItIsMended(CouchDouble couch, TestDatabase database) throws Exception {
        load(couch, database);
        couch.database("commcarehq").delete(ILLEGAL_ID);
        JsonObject broken = document("mended", "mended.1");
        broken.addProperty("external_blobs", "no object");
        couch.database("commcarehq").put(broken);
        Result first = migrator(couch, database).build().run();
        assertThat(database.query("select slug from blobs_blobmigrationstate")).isEmpty();
        JsonObject mended = couch.database("commcarehq").get("mended").orElseThrow();
        mended.add("external_blobs", blob("mended.1"));
        couch.database("commcarehq").put(mended);

        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(recorder.lines())
                .contains("rejected commcarehq mended malformed-external-blobs", "resolved commcarehq mended");
        assertThat(database.query("select key from blobs_blobmeta where parent_id = 'mended'"))
                .containsExactly("commcarehq/mended/mended.1");
        assertThat(database.query("select slug from blobs_blobmigrationstate")).containsExactly("migrate_metadata");
    }

    /** It looks as if it were not there, and a run that skipped it would be complete without its rows. */
    @Test
    void doesNotSkipAnOptionalTableInASchemaThatItMayNotUse(CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);
        database.execute(
                "create schema icds; alter table icds_reports_icdsfile set schema icds; alter role %1$s set search_path = public, icds; revoke usage on schema icds from %1$s"
                        .formatted(database.user()));

        CheckReport report = migrator(couch, database).build().check();
        Result result = migrator(couch, database).build().run();

        assertThat(report.faults())
                .singleElement()
                .asString()
                .contains("may not use schema icds", "grant usage on schema icds to ");
        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
    }

    @Test
    void skipsAnOptionalTableThatDoesNotExist(CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);
        database.execute("drop table icds_reports_icdsfile");

        CheckReport report = migrator(couch, database).build().check();
        Result result = migrator(couch, database).build().run();

        String skipped =
                "table icds_reports_icdsfile is not in PostgreSQL at %s:%d/%s: skipped; if this installation has it in another database, name that one by tableSource(\"IcdsFile\", …)"
                        .formatted(database.host(), database.port(), database.name());
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(recorder.lines()).contains("skipped IcdsFile: " + skipped);
        assertThat(report.stages().get(6).skipped()).contains(skipped);
        assertThat(result.tallies().written()).isEqualTo(733);
    }

    @Test
    void endsInTheSameRowsWhenTwoRunsGoOnAtOnce(CouchDouble couch, TestDatabase database, @TempDir Path others)
            throws Exception {
        load(couch, database);
        Migrator first = migrator(couch, database).chunkSize(7).build();
        HikariConfig small = new HikariConfig();
        small.setDataSource(database.dataSource());
        // One for each worker and one more: none is left for the lock that would keep the second run out.
        small.setMaximumPoolSize(5);
        small.setConnectionTimeout(250);
        try (HikariDataSource pool = new HikariDataSource(small)) {
            Migrator second = migrator(couch, database)
                    .target(pool)
                    .chunkSize(7)
                    .logDirectory(others)
                    .build();

            Thread other = new Thread(second::run);
            other.start();
            Result result = first.run();
            other.join();

            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        }
        assertThat(recorder.lines()).anyMatch(line -> line.startsWith("warned No lock is taken in PostgreSQL, since"));
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
    }

    @Test
    void tellsOfEachRunWhatWasOddInItAndNotWhatWasRejected(CouchDouble couch, TestDatabase database) throws Exception {
        load(couch, database);
        migrator(couch, database).build().run();
        List<String> first = logged(recorder);
        JsonObject homeless = document("homeless", "homeless.1");
        homeless.remove("domain");
        couch.database("commcarehq").put(homeless);

        migrator(couch, database).build().run();

        assertThat(first)
                .hasSize(6)
                .first()
                .asString()
                .matches("logged commcarehq \\{ignored-couch-attachments=7, unknown-domain=5} in .*\\.txt\\.0");
        assertThat(logged(recorder).subList(6, 9))
                .extracting(line -> line.replaceAll(" in .*\\.", " "))
                .containsExactly(
                        "logged commcarehq {unknown-domain=1} 0",
                        "logged CaseUploadFileMeta {unknown-domain=2} 4",
                        "logged DemoUserRestore {unknown-domain=2} 5");
    }

    private static List<String> logged(Recorder recorder) {
        return recorder.lines().stream()
                .filter(line -> line.startsWith("logged "))
                .toList();
    }

    @Test
    void startsOverWhenAsked(CouchDouble couch, TestDatabase database) throws Exception {
        load(couch, database);
        migrator(couch, database).build().run();

        Result again = migrator(couch, database).startOver(true).build().run();

        assertThat(again.tallies().written()).isZero();
        assertThat(again.tallies().alreadyThere()).isEqualTo(745);
        assertThat(recorder.lines())
                .anyMatch(line -> line.startsWith("set aside migrate_metadata.offsets.json."))
                .anyMatch(line -> line.startsWith("set aside migrate_metadata.rejects.jsonl."));
    }

    private void load(CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Blobs.migrator(couch, database.dataSource(), logs).listener(recorder);
    }

    private static JsonObject document(String id, String blob) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        document.addProperty("doc_type", "XFormInstance");
        document.addProperty("domain", "demo");
        document.add("external_blobs", blob(blob));
        return document;
    }

    private static JsonObject blob(String id) {
        JsonObject meta = new JsonObject();
        meta.addProperty("id", id);
        JsonObject blobs = new JsonObject();
        blobs.add("form.xml", meta);
        return blobs;
    }

    private Set<ExpectedLogEntry> logged() throws IOException {
        Set<ExpectedLogEntry> entries = new HashSet<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.filter(f -> f.getFileName().toString().contains(".txt."))
                    .toList()) {
                entries.addAll(ExpectedLogEntry.readAll(file));
            }
        }
        return entries;
    }
}
