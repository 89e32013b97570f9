// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Pose;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of the program that wrote the first format of offset files: killed in it, they are gone on with by this one. */
@ExtendWith(MigratorExtension.class)
final class EarlierVersionIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";

    @TempDir
    private Path logs;

    private final Corpus corpus = Corpus.load();

    /** While it caught up there were twelve changes, of which it had read four. */
    @ParameterizedTest
    @ValueSource(strings = {"catching-up", "reading-a-table"})
    void goesOnWhereItWasKilled(String moment, CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);

        goesOn(new KeptRun(moment), couch, database);
    }

    @Test
    void goesOnInTheMiddleOfEachRange(CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);
        couch.database("commcarehq").load(IntStream.range(0, 2_000).mapToObj(EarlierVersionIT::ofAnotherType));

        goesOn(new KeptRun("reading"), couch, database);
    }

    @Test
    void goesOnWithAServerThatTellsNeitherRanksNorCreationTimes(TestDatabase database) throws Exception {
        try (CouchDouble couch =
                CouchDouble.builder().pose(Pose.OLD).offsets(Offsets.ZERO).start()) {
            corpus.loadInto(couch);
            corpus.loadInto(database);

            goesOn(new KeptRun("unranked"), couch, database);
        }
    }

    @Test
    void goesOnWithATableThatIsElsewhere(CouchDouble couch, TestDatabase database, PostgresServer postgres)
            throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);
        try (TestDatabase elsewhere = postgres.createDatabase()) {
            elsewhere.create(BlobSchema.values());
            elsewhere.execute(corpus.sourcesSql());
            database.execute("drop table icds_reports_icdsfile");
            KeptRun kept = new KeptRun("table-elsewhere");
            kept.into(logs, couch, database, elsewhere);
            List<ExpectedRow> rows = kept.of(corpus.rows());
            Shards.insert(database, rows);

            Result result = migrator(couch, database)
                    .tableSource("IcdsFile", elsewhere.dataSource())
                    .build()
                    .run();

            assertExact(result, rows, database);
        }
    }

    @Test
    void goesOnInEachDatabaseOfShards(CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            KeptRun kept = new KeptRun("sharded");
            kept.into(logs, couch, main, shards.database(0), shards.database(1));
            List<ExpectedRow> rows = kept.of(corpus.rows());
            for (int number = 0; number < 2; number++) {
                int its = number;
                Shards.insert(
                        shards.database(number),
                        rows.stream().filter(row -> shards.place(row) == its).toList());
            }

            Result result = shards.migrator(couch, logs).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(result.tallies().written()).isEqualTo(corpus.rows().size() - rows.size());
            shards.assertExact();
        }
    }

    @Test
    void writesNothingMoreWhereItWasComplete(CouchDouble couch, TestDatabase database) throws Exception {
        completeIn("complete", couch, database);
        JsonArray saved = stages(KeptRun.OFFSETS);

        Result result = migrator(couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isZero();
        assertReadsOnFrom(saved, couch);
    }

    @Test
    void goesOnWithAVerification(CouchDouble couch, TestDatabase database) throws Exception {
        completeIn("verifying", couch, database);
        JsonArray saved = stages(KeptRun.VERIFIED);

        Result result = migrator(couch, database).build().verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().alreadyThere()).isEqualTo(corpus.rows().size());
        assertReadsOnFrom(saved, couch);
    }

    @Test
    void refusesStagesThatTheMigrationDoesNotHave(CouchDouble couch, TestDatabase database) throws Exception {
        completeIn("complete", couch, database);
        database.execute(Orders.TABLE);
        String before = Files.readString(logs.resolve(KeptRun.OFFSETS));
        Migration other = Migration.builder("migrate_metadata")
                .stage(Orders.stage("commcarehq").definition(2).build())
                .build();

        Result result = Orders.migrator(other, couch, database, logs).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(result.failures())
                .extracting(Throwable::getMessage)
                .anyMatch(message ->
                        message.contains("stage: seen one of commcarehq, expected commcarehq__apps as the file says"));
        assertThat(Files.readString(logs.resolve(KeptRun.OFFSETS))).isEqualTo(before);
    }

    private void goesOn(KeptRun kept, CouchDouble couch, TestDatabase database) throws Exception {
        kept.into(logs, couch, database);
        List<ExpectedRow> rows = kept.of(corpus.rows());
        Shards.insert(database, rows);
        JsonArray saved = stages(KeptRun.OFFSETS);

        Result result = migrator(couch, database).build().run();

        assertExact(result, rows, database);
        assertReadsOnFrom(saved, couch);
    }

    private void assertExact(Result result, List<ExpectedRow> before, TestDatabase database) throws Exception {
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(1);
        assertThat(result.tallies().written()).isEqualTo(corpus.rows().size() - before.size());
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
        assertThat(Files.readString(logs.resolve(KeptRun.OFFSETS))).contains("\"format\": 2");
    }

    /** Nothing that was saved as read is asked for again. */
    private static void assertReadsOnFrom(JsonArray saved, CouchDouble couch) {
        for (JsonElement element : saved) {
            JsonObject stage = element.getAsJsonObject();
            List<CouchRequest> pages = couch.requests(Requests.pages()
                    .and(Requests.method("GET"))
                    .and(Requests.database(stage.get("name").getAsString())));
            assertThat(pages)
                    .allMatch(page -> isLeft(
                            stage.getAsJsonArray("ranges"), page.startKey().orElse("")));
        }
    }

    private static boolean isLeft(JsonArray ranges, String key) {
        for (JsonElement element : ranges) {
            JsonObject range = element.getAsJsonObject();
            boolean behind = key.compareTo(text(range.get("after"))) > 0;
            boolean before = range.get("before").isJsonNull() || key.compareTo(text(range.get("before"))) < 0;
            if (behind && before && !range.get("done").getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    private static String text(JsonElement id) {
        return id.isJsonNull() ? "" : id.getAsString();
    }

    private void completeIn(String moment, CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        corpus.loadInto(database);
        couch.database("commcarehq").delete(ILLEGAL_ID);
        new KeptRun(moment).into(logs, couch, database);
        Shards.insert(database, corpus.rows());
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Blobs.migrator(couch, database.dataSource(), logs);
    }

    private JsonArray stages(String file) throws IOException {
        return JsonParser.parseString(Files.readString(logs.resolve(file)))
                .getAsJsonObject()
                .getAsJsonArray("stages");
    }

    private static JsonObject ofAnotherType(int number) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", "%03x of another type".formatted(number));
        document.addProperty("doc_type", "Other");
        return document;
    }
}
