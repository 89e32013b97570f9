// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Running;
import io.couchmigrator.TableName;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.Upsert;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What verifications find that compare less than all. */
@ExtendWith(MigratorExtension.class)
final class VerifyDepthsIT {
    private static final int COUNT = 60;
    private static final int MANY = 6_000;

    /** The most rows that are asked for while ranges are cut and not read. */
    private static final int MOST_IN_PLANNING = 100;

    @TempDir
    private Path logs;

    private int chunkSize;

    @Test
    void byIdsReadNoBodyWhereNothingIsWrongAndSayWhatTheyDidNotCompare(CouchDouble couch, TestDatabase database)
            throws Exception {
        migrated(couch, database);
        couch.forgetRequests();

        Result result = verify(Depth.IDS, couch, database);

        assertThat(couch.requests(Requests.query("include_docs", "true"))).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.gaps().notCompared())
                .containsExactly("Stage \"shop\" was compared by ids and revisions, not by what else its rows hold");
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, 0, COUNT));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void byIdsSayWhatAnIndependentComparisonOfIdsAndRevisionsSays(int seed, CouchDouble couch, TestDatabase database)
            throws Exception {
        Random random = new Random(seed);
        CouchDatabase shop = migrated(couch, database);
        shop.put(Copies.document("_design/views", 1));
        Stream.of("d011", "d040").forEach(shop::delete);
        run(couch, database);
        Tampering.with(database, random, COUNT);
        BothSides expected = BothSides.of(shop, database, COUNT);

        Result found = verify(Depth.IDS, couch, database);
        run(couch, database);

        Verified verified = found.tallies().verified();
        BothSides mended = BothSides.of(shop, database, COUNT);
        assertThat(List.of(verified.missing(), verified.different(), verified.extra()))
                .as("missing, of another revision, extra with seed %s", seed)
                .containsExactly(expected.missing(), expected.revised(), expected.extra());
        assertThat(found.outcome())
                .isEqualTo(
                        expected.missing() + expected.revised() + expected.extra() == 0
                                ? Outcome.INCOMPLETE
                                : Outcome.DIFFERENCES_FOUND);
        assertThat(mended.missing() + mended.revised() + mended.extra()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Depth.class,
            names = {"FULL"},
            mode = EnumSource.Mode.EXCLUDE)
    void findNothingInDesignDocumentsAndInThoseThatAreRejected(Depth depth, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        shop.put(Copies.document("_design/views", 1));
        for (String id : List.of("d007", "new")) {
            JsonObject rejected = Copies.document(id, 7);
            rejected.addProperty("text", "\u0000");
            shop.put(rejected);
        }
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);

        Result result = verify(depth, couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified()).isEqualTo(Verified.NONE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Depth.class,
            names = {"FULL"},
            mode = EnumSource.Mode.EXCLUDE)
    void findNothingWhileOthersAddAndEditAndDelete(Depth depth, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        Random random = new Random(20261127);
        AtomicInteger added = new AtomicInteger(COUNT);
        shop.put(Copies.document("early", 1));

        Result result = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        String id = Copies.id(random.nextInt(COUNT));
                        if (shop.get(id).isPresent()) {
                            shop.delete(id);
                        }
                        shop.put(Copies.document(Copies.id(added.getAndIncrement()), 1));
                    }
                })
                .build()
                .startVerification(depth)
                .result();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified().notYetMigrated()).isPositive();
    }

    @Test
    void doNotCompareStagesThatOnlyAdd(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("create table ids (id text primary key)");
        couch.create("shop").load(Copies.documents(5));
        Migration adding = Migration.builder("adding")
                .stage(DocumentStage.<String>builder("shop")
                        .transform((document, context) -> List.of(document.id()))
                        .upsert(Upsert.<String>into(TableName.of("ids"))
                                .key("id", id -> id)
                                .build())
                        .build())
                .build();
        Migrator migrator = Copies.migrator(adding, couch, database, logs).build();
        migrator.run();

        Result result = migrator.startVerification(Depth.IDS).result();

        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies()).isEqualTo(Tallies.NONE);
        assertThat(result.gaps().notCompared())
                .containsExactly(
                        "Stage \"shop\" was not compared: its table is not its own, or has no column of revisions");
    }

    @Test
    void byCountsReadOnlySmallRangesInWhichSomethingIsMissingOrExtra(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(MANY, couch, database);
        shop.put(Copies.document("_design/views", 1));
        run(couch, database);
        database.execute("delete from shop where id = 'd1234'");
        Tampering.insert(database, List.of("A", "_design/views", "d4321x"));
        couch.forgetRequests();

        Result found = verify(Depth.COUNTS, couch, database);
        List<CouchRequest> asked = couch.requests();
        Result run = run(couch, database);
        Result mended = verify(Depth.COUNTS, couch, database);

        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(found.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0, 0, 0, 3));
        assertThat(found.tallies().alreadyThere()).isEqualTo(MANY - 1);
        assertThat(asked.stream()
                        .filter(Requests.query("include_docs", "true"))
                        .flatMap(request -> request.ids().stream()))
                .containsExactlyInAnyOrder("A", "_design/views", "d1234", "d4321x");
        assertThat(asked.stream()
                        .filter(request -> limit(request) > MOST_IN_PLANNING)
                        .flatMap(request -> request.startKey().stream()))
                .as("where pages begin, none of them far from what differs")
                .isNotEmpty()
                .noneMatch(key -> key.compareTo("d25") > 0 && key.compareTo("d33") < 0);
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(run.tallies().deleted()).isEqualTo(3);
        assertThat(mended.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(mended.gaps().notCompared()).singleElement().asString().contains("by how many ids there are");
    }

    /** CouchDB takes every id that is valid UTF-8, so that no key comes after all of them. */
    @Test
    void byCountsFindTheLastIdThatCouchTakesMissing(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = migrated(MANY, couch, database);
        shop.put(Copies.document("\udbff\udfff".repeat(9), 1));
        Result whole = run(couch, database);
        database.execute("delete from shop where id > 'e'");

        Result found = verify(Depth.COUNTS, couch, database);

        assertThat(whole.tallies().written()).isEqualTo(1);
        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(found.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
    }

    @Test
    void byCountsReadNothingWhereBothSidesHaveAsMany(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = migrated(MANY, couch, database);
        JsonObject rejected = Copies.document("rejected", 1);
        rejected.addProperty("text", "\u0000");
        shop.put(rejected);
        run(couch, database);
        couch.forgetRequests();

        Result result = verify(Depth.COUNTS, couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies()).isEqualTo(new Tallies(MANY + 1, MANY, 0, 1, 0, MANY));
        assertThat(couch.requests().stream().mapToLong(VerifyDepthsIT::limit).filter(limit -> limit > MOST_IN_PLANNING))
                .isEmpty();
    }

    @Test
    void byCountsReadNothingAfterARangeThatEndsAmongIdsThatNoRowMayHave(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(MANY, couch, database);
        IntStream.range(0, 2_000)
                .mapToObj("d3670\u0000%04d"::formatted)
                .forEach(id -> shop.put(Copies.document(id, 1)));
        run(couch, database);
        database.execute("delete from shop where id = 'd001'");
        couch.forgetRequests();

        Result result = verify(Depth.COUNTS, couch, database);

        assertThat(result.tallies().rejected()).isEqualTo(2_000);
        assertThat(result.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
        assertThat(couch.requests().stream()
                        .filter(request -> limit(request) > MOST_IN_PLANNING)
                        .flatMap(request -> request.startKey().stream()))
                .as("where pages begin, none of them far from what is missing")
                .isNotEmpty()
                .noneMatch(key -> key.compareTo("d25") > 0);
    }

    /** What they cannot see is why they never vouch for anything. */
    @Test
    void byCountsSeeNothingWhereAsManyAreMissingAsAreExtraInARange(CouchDouble couch, TestDatabase database)
            throws Exception {
        migrated(COUNT, couch, database);
        database.execute("update shop set id = 'd007x' where id = 'd007'");

        Result byCounts = verify(Depth.COUNTS, couch, database);
        Result byIds = verify(Depth.IDS, couch, database);

        assertThat(byCounts.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(byIds.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
    }

    @Test
    void byCountsCompareNothingWhereTheServerTellsNoRanks(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(Offsets.ZERO).start()) {
            migrated(COUNT, couch, database);
            database.execute("delete from shop where id = 'd007'");

            Result result = verify(Depth.COUNTS, couch, database);

            assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
            assertThat(result.tallies()).isEqualTo(Tallies.NONE);
            assertThat(result.gaps().notCompared())
                    .containsExactly(
                            "Stage \"shop\" was not compared: CouchDB does not tell how many ids come before another");
        }
    }

    @Test
    void byCountsStillSayThatNothingWasComparedWhereTheyWereStopped(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(Offsets.ZERO).start()) {
            couch.create("shop").load(Copies.documents(COUNT));
            couch.create("store").load(Copies.documents(COUNT));
            Migration two = Documents.builder()
                    .database("shop", TableName.of("shop"))
                    .database("store", TableName.of("store"))
                    .build();
            Copies.migrator(two, couch, database, logs).build().run();
            CompletableFuture<Running> running = new CompletableFuture<>();
            running.complete(Copies.migrator(two, couch, database, logs)
                    .listener(new Listener() {
                        @Override
                        public void stageVerified(String stage, Tallies tallies, Path findings) {
                            running.join().stop();
                        }
                    })
                    .build()
                    .startVerification(Depth.COUNTS));
            assertThat(running.join().result().outcome()).isEqualTo(Outcome.STOPPED);

            Result result = Copies.migrator(two, couch, database, logs)
                    .build()
                    .startVerification(Depth.COUNTS)
                    .result();

            assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
            assertThat(result.gaps().notCompared())
                    .hasSize(2)
                    .allMatch(stage -> stage.contains("was not compared: CouchDB does not tell how many ids"));
        }
    }

    @Test
    void leaveAFullOneWhereItWasStopped(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        CompletableFuture<Running> running = new CompletableFuture<>();
        running.complete(migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        running.join().stop();
                    }
                })
                .build()
                .startVerification());
        assertThat(running.join().result().outcome()).isEqualTo(Outcome.STOPPED);
        String stopped = Files.readString(logs.resolve("documents.verify.offsets.json"));

        verify(Depth.IDS, couch, database);

        assertThat(logs.resolve("documents.verify.offsets.json")).hasContent(stopped);
        assertThat(logs.resolve("documents.verify-ids.offsets.json")).doesNotExist();
    }

    private static long limit(CouchRequest request) {
        return request.parameter("limit").map(Long::valueOf).orElse(0L);
    }

    private CouchDatabase migrated(CouchDouble couch, TestDatabase database) throws SQLException {
        return migrated(COUNT, couch, database);
    }

    private CouchDatabase migrated(int count, CouchDouble couch, TestDatabase database) throws SQLException {
        chunkSize = Math.max(10, count / 10);
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(count));
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);
        return shop;
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs).chunkSize(chunkSize);
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).build().run();
    }

    private Result verify(Depth depth, CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).build().startVerification(depth).result();
    }
}
