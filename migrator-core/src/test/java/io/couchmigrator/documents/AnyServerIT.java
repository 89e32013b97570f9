// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Rejection;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.TableName;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.documents.RandomDocuments.Sent;
import io.couchmigrator.internal.couch.HostileDocument;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Documents as they are, from the server that {@code MIGRATOR_TEST_COUCHDB_URL} names, or else from the double: what is in the
 * table is compared with what the server sends of each document alone.
 */
@ExtendWith(MigratorExtension.class)
final class AnyServerIT {
    private static final int COUNT = 60;

    /** In the orders of UTF-8 and of UTF-16 alike and not alike, and such as a URL, a quote or a terminator might end. */
    private static final List<String> IDS = List.of(
            "A",
            "d007 ",
            "d007'\"\\",
            "d007/x?y#z&%25+",
            "e\u0301",
            "\u00e9",
            "\u00ff",
            "\u00ff\u00ff",
            "\u0100",
            "\u20ac",
            "\ue000",
            "\ufeff",
            "\uffee",
            "\uffff",
            "\ud83d\ude00",
            "\ud83d\ude00\uffff",
            "\udbff\udfff");

    @TempDir
    private Path logs;

    private URI server;
    private TestDatabase database;
    private ServedDatabase shop;
    private Migration migration;

    @BeforeEach
    void createDatabase(CouchDouble couch, TestDatabase created) throws Exception {
        server = URI.create(System.getenv().getOrDefault("MIGRATOR_TEST_COUCHDB_URL", couch.url()));
        database = created;
        shop = new ServedDatabase(server);
        migration =
                Documents.builder().database(shop.name(), TableName.of("shop")).build();
    }

    @AfterEach
    void dropDatabase() throws IOException {
        shop.close();
    }

    @Test
    void isReadToTheLastIdWhateverTheIdsAre() throws Exception {
        shop.load(Copies.documents(1_500).toList());
        shop.load(IDS.stream().map(id -> Copies.document(id, 1)).toList());
        shop.put(Copies.document("_design/views", 1));

        Result result = migrator().workers(4).chunkSize(100).build().run();
        Result verified = migrator().workers(4).chunkSize(100).build().verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(bothSides()).isEqualTo(new BothSides(1_500 + IDS.size(), 0, 0, 0, 0));
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.tallies().alreadyThere()).isEqualTo(1_500 + IDS.size());
    }

    @Test
    void isFollowedThroughEditsDeletionsAndNewBeginningsWhileOtherRowsAreNotTouched() throws Exception {
        copied();
        List<String> others = List.of("d007", "d008", "d009", "new");
        List<String> before = untouched(others);

        shop.delete("d007");
        shop.put(Copies.document("d008", 800));
        shop.delete("d009");
        shop.put(Copies.document("d009", 900));
        shop.put(Copies.document("new", 1));
        Result result = run();
        Result unchanged = run();
        shop.put(Copies.document("d007", 700));
        Result again = run();

        assertThat(List.of(result, unchanged, again))
                .allSatisfy(run -> assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE));
        assertThat(result.tallies().deleted()).isEqualTo(1);
        assertThat(unchanged.tallies().read()).isZero();
        assertThat(Copies.rows(database)).contains("d007=700", "d008=800", "d009=900", "new=1");
        assertThat(bothSides()).isEqualTo(new BothSides(COUNT + 1, 0, 0, 0, 0));
        assertThat(untouched(others)).isEqualTo(before);
    }

    @Test
    void losesTheRowsOfDocumentsThatArePurgedWhereTheServerPurges() throws Exception {
        copied();

        boolean purged = shop.purge("d007");
        Result found = verify(Depth.FULL);
        Result result = run();

        assertThat(found.tallies().verified().extra()).isEqualTo(purged ? 1 : 0);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(purged ? 1 : 0);
        assertThat(bothSides()).isEqualTo(new BothSides(purged ? COUNT - 1 : COUNT, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isVerifiedInEachDepthAsAnIndependentComparisonSays(int seed) throws Exception {
        copied();
        shop.put(Copies.document("_design/views", 1));
        shop.delete("d011");
        shop.delete("d040");
        run();
        Tampering.with(database, new Random(seed), COUNT);
        Tampering.insert(database, List.of("d01\ud83d\ude00", "d01\uffee"));
        BothSides expected = bothSides();

        Verified byCounts = verify(Depth.COUNTS).tallies().verified();
        Verified byIds = verify(Depth.IDS).tallies().verified();
        Result found = verify(Depth.FULL);
        Result run = run();
        Result mended = verify(Depth.FULL);

        Verified whole = found.tallies().verified();
        // So few documents are one range, in which there are more rows than documents, or as many.
        long inRange = shop.tellsRanks() && expected.missing() != expected.extra() ? 1 : 0;
        assertThat(List.of(byCounts.missing(), byCounts.extra()))
                .as("missing and extra by counts with seed %s", seed)
                .containsExactly(inRange * expected.missing(), inRange * expected.extra());
        assertThat(List.of(byIds.missing(), byIds.different(), byIds.extra()))
                .as("missing, of another revision, extra with seed %s", seed)
                .containsExactly(expected.missing(), expected.revised(), expected.extra());
        assertThat(List.of(whole.missing(), whole.different(), whole.extra()))
                .as("missing, different, extra with seed %s", seed)
                .containsExactly(expected.missing(), expected.different(), expected.extra());
        assertThat(found.outcome()).isEqualTo(expected.outcome());
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(bothSides()).isEqualTo(new BothSides(COUNT - 2, 0, 0, 0, 0));
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void isVerifiedWithoutAFindingWhileOthersWrite() throws Exception {
        copied();
        Random random = new Random(20_261_127);

        Result result = migrator()
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        try {
                            shop.put(Copies.document(Copies.id(random.nextInt(COUNT + 20)), -1));
                            String id = Copies.id(random.nextInt(COUNT));
                            if (shop.documents().containsKey(id)) {
                                shop.delete(id);
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                })
                .build()
                .verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified().notYetMigrated()).isPositive();
    }

    /** What the server does not take it does not send; what it makes of a number it does. */
    @Test
    void saysInTheTableWhatItSendsOfHostileDocumentsOrIsRejectedByName() throws Exception {
        Map<String, String> rejected = new ConcurrentHashMap<>();
        int taken = 0;
        for (HostileDocument document : HostileDocument.all()) {
            taken += shop.takes(document.id(), document.json()) ? 1 : 0;
        }
        for (Sent document : new RandomDocuments(20_261_127).next(100)) {
            taken += shop.takes(document.id(), document.json()) ? 1 : 0;
        }

        Result result = migrator()
                .chunkSize(1000)
                .workers(2)
                .listener(new Listener() {
                    @Override
                    public void rejected(Rejection rejection) {
                        rejected.put(rejection.id(), rejection.code());
                    }
                })
                .build()
                .run();
        Result verified = verify(Depth.FULL);

        Map<String, String> storable = shop.documents();
        assertThat(storable).hasSize(taken).hasSizeGreaterThan(50);
        storable.keySet().removeAll(rejected.keySet());
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(rejected.values()).isSubsetOf("nul-character", "lone-surrogate", "nested-too-deep", "unreadable");
        assertThat(rejected).containsEntry("names", "nul-character").hasSizeLessThan(20);
        assertThat(BothSides.of(storable, database)).isEqualTo(new BothSides(storable.size(), 0, 0, 0, 0));
        assertThat(verified.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(verified.tallies().alreadyThere()).isEqualTo(storable.size());
    }

    @Test
    void isNotTakenForAnotherDatabaseOfItsName() throws Exception {
        copied();
        shop.replace();
        shop.load(Stream.of("d001", "d002", "other")
                .map(id -> Copies.document(id, -1))
                .toList());

        Result refused = run();
        Result accepted = migrator().acceptNewSource(true).build().run();

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(accepted.tallies().deleted()).isEqualTo(COUNT - 2);
        assertThat(bothSides()).isEqualTo(new BothSides(3, 0, 0, 0, 0));
    }

    @Test
    void isReadAgainWithoutTouchingRowsThatAreAsTheyShouldBe() throws Exception {
        copied();
        database.execute("update shop set doc = '{}' where id = 'd010'; delete from shop where id = 'd020'");
        Tampering.insert(database, List.of("other"));
        List<String> tampered = List.of("d010", "d020", "other");
        List<String> before = untouched(tampered);

        Result again = migrator().reread(true).build().run();

        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isEqualTo(2);
        assertThat(again.tallies().deleted()).isEqualTo(1);
        assertThat(bothSides()).isEqualTo(new BothSides(COUNT, 0, 0, 0, 0));
        assertThat(untouched(tampered)).isEqualTo(before);
    }

    private void copied() throws IOException {
        shop.load(Copies.documents(COUNT).toList());
        Result result = run();
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private Migrator.Builder migrator() {
        return Copies.migrator(migration, server.toString(), database, logs);
    }

    private Result run() {
        return migrator().build().run();
    }

    private Result verify(Depth depth) {
        return migrator().build().startVerification(depth).result();
    }

    private BothSides bothSides() throws IOException, SQLException {
        return BothSides.of(shop.documents(), database);
    }

    private List<String> untouched(List<String> others) throws SQLException {
        return database.query("select id || xmin || ctid from shop order by id").stream()
                .filter(row -> others.stream().noneMatch(row::startsWith))
                .toList();
    }
}
