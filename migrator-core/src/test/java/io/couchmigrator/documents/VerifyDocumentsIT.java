// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a verification finds in a table that is its stage's own, and what it does not take for a finding. */
@ExtendWith(MigratorExtension.class)
final class VerifyDocumentsIT {
    private static final int COUNT = 60;

    @TempDir
    private Path logs;

    @Test
    void findsEachRowThatShouldNotBeThereAndTheNextRunDeletesIt(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        shop.put(Copies.document("_design/views", 1));
        shop.delete("d007");
        run(couch, database);
        List<String> rows = Copies.rows(database);
        List<String> extra = List.of("A", "_design/views", "d007", "d010x", "z");
        Tampering.insert(database, extra);

        Result found = verify(couch, database);
        Result again = verify(couch, database);
        Result run = run(couch, database);
        Result mended = verify(couch, database);

        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(found.tallies())
                .isEqualTo(new Tallies(
                        COUNT - 1 + 5,
                        COUNT - 1,
                        0,
                        0,
                        0,
                        COUNT - 1,
                        0,
                        new Verified(0, 0, 0, 0, 0, 0, 5),
                        new Rows(0, 0, 0, 0, 5)));
        assertThat(findings())
                .containsExactlyInAnyOrderElementsOf(
                        extra.stream().map("extra "::concat).toList());
        assertThat(found.outstanding()).isEqualTo(5);
        assertThat(again.tallies()).isEqualTo(found.tallies());
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(run.tallies().deleted()).isEqualTo(5);
        assertThat(Copies.rows(database)).isEqualTo(rows);
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void saysWhatAnIndependentComparisonSaysAfterAnyTampering(int seed, CouchDouble couch, TestDatabase database)
            throws Exception {
        Random random = new Random(seed);
        CouchDatabase shop = migrated(couch, database);
        shop.put(Copies.document("_design/views", 1));
        Stream.of("d011", "d040").forEach(shop::delete);
        run(couch, database);
        Tampering.with(database, random, COUNT);
        BothSides expected = BothSides.of(shop, database, COUNT);

        Result found = verify(couch, database);
        Result run = run(couch, database);
        Result mended = verify(couch, database);

        Verified verified = found.tallies().verified();
        assertThat(List.of(verified.missing(), verified.different(), verified.extra()))
                .as("missing, different, extra with seed %s", seed)
                .containsExactly(expected.missing(), expected.different(), expected.extra());
        assertThat(found.tallies().alreadyThere()).isEqualTo(expected.same());
        assertThat(found.outcome()).isEqualTo(expected.outcome());
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(BothSides.of(shop, database, COUNT).outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void findsNothingWhileOthersAddAndEditAndDelete(int workers, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        Random random = new Random(20261127);
        AtomicInteger added = new AtomicInteger(COUNT);

        Result result = migrator(couch, database)
                .workers(workers)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        shop.get(Copies.id(random.nextInt(COUNT))).ifPresent(document -> {
                            document.addProperty("value", -1);
                            shop.put(document);
                        });
                        shop.get(Copies.id(random.nextInt(COUNT)))
                                .ifPresent(document ->
                                        shop.delete(document.get("_id").getAsString()));
                        shop.put(Copies.document(Copies.id(added.getAndIncrement()), 1));
                    }
                })
                .build()
                .verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified().notYetMigrated()).isPositive();
    }

    @Test
    void takesTheRowOfADocumentThatWasDeletedSinceForNoDifference(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        shop.delete("d007");

        Result result = verify(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 1));
        assertThat(result.tallies().rows()).isEqualTo(Rows.NONE);
    }

    /** The feed does not tell of it, so it takes somebody who looks at both sides. */
    @Test
    void findsTheRowOfADocumentThatWasPurgedSinceWhichTheNextRunDeletes(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        shop.purge("d007");

        Result found = verify(couch, database);
        Result run = run(couch, database);
        Result mended = verify(couch, database);

        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(found.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 0, 0, 0, 1));
        assertThat(run.tallies().deleted()).isEqualTo(1);
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    /** Its row is why it is asked for by id; without ranks nothing else would tell of it. */
    @Test
    void findsWhatIsWrongWithADocumentThatNoPageNames(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(Offsets.NULL).start()) {
            migrated(couch, database);
            database.execute("update shop set doc = '{}' where id in ('d007', 'd059')");
            couch.script(Fault.omitRow("d007").on(Requests.pages()));
            couch.script(Fault.omitRow("d059").on(Requests.pages()));

            Result found = verify(couch, database);
            Result run = run(couch, database);

            assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(found.tallies())
                    .isEqualTo(new Tallies(
                            COUNT, COUNT - 2, 0, 0, 0, COUNT - 2, 0, new Verified(0, 2, 0, 0), new Rows(0, 2, 0, 0)));
            assertThat(findings()).containsExactlyInAnyOrder("different d007", "different d059");
            assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Copies.rows(database)).contains("d007=7", "d059=59");
        }
    }

    @Test
    void tellsOfARejectedDocumentWhoseFormerRowStaysAsRejectedAlone(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = migrated(couch, database);
        JsonObject edited = Copies.document("d007", 7);
        edited.addProperty("text", "\u0000");
        shop.put(edited);
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);

        Result result = verify(couch, database);

        assertThat(Copies.rows(database)).contains("d007=7");
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 1, 0, 1, 0, COUNT - 1));
    }

    @Test
    void leavesRowsOfDeletedDocumentsAloneWhereTheyAreToBeKept(CouchDouble couch, TestDatabase database)
            throws Exception {
        Migration keeping = Documents.builder()
                .database("shop", TableName.of("shop"))
                .keepsDeleted()
                .build();
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        Copies.migrator(keeping, couch, database, logs).build().run();
        shop.delete("d007");
        Copies.migrator(keeping, couch, database, logs).build().run();

        Result result = Copies.migrator(keeping, couch, database, logs).build().verify();

        assertThat(Copies.rows(database)).contains("d007=7");
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private CouchDatabase migrated(CouchDouble couch, TestDatabase database) throws SQLException {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);
        return shop;
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs);
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).build().run();
    }

    private Result verify(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).build().verify();
    }

    /** Returns the findings of the first verification, each with its id. */
    private List<String> findings() throws Exception {
        try (Stream<Path> files = Files.list(logs)) {
            Path first = files.filter(file -> file.getFileName().toString().matches("documents-verify-.*\\.jsonl"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            return Files.readAllLines(first).stream()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .map(line -> line.get("finding").getAsString() + " "
                            + line.get("doc_id").getAsString())
                    .toList();
        }
    }
}
