// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.TargetFaultsIT.Scripts;
import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.testkit.BlobSchema;
import io.couchmigrator.testkit.CouchDouble;
import io.couchmigrator.testkit.ExpectedRow;
import io.couchmigrator.testkit.FaultyDataSource;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.PostgresServer;
import io.couchmigrator.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that go to the databases of a sharded target: each to where the application looks for it, whatever happens. */
@ExtendWith(MigratorExtension.class)
final class ShardsIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";
    private static final int ROWS = 735;

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @CsvSource({"1, 1, 1000", "1, 4, 7", "2, 1, 1", "2, 4, 7", "2, 4, 1000", "4, 1, 7", "4, 4, 1000", "4, 8, 7"})
    void writesExactlyTheExpectedRowsInExactlyTheExpectedPlaces(
            int databases, int workers, int chunkSize, CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, databases)) {
            Result result = shards.migrator(couch, logs)
                    .workers(workers)
                    .chunkSize(chunkSize)
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(result.tallies().written()).isEqualTo(ROWS);
            assertThat(result.tallies().alreadyThere()).isZero();
            shards.assertExact();
        }
    }

    @Test
    void recordsCompletionInTheMainDatabaseAndWritesNothingMoreInASecondRun(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            shards.migrator(couch, logs).build().run();
            couch.database("commcarehq").delete(ILLEGAL_ID);

            Result second = shards.migrator(couch, logs).build().run();
            Result third = shards.migrator(couch, logs).build().run();

            assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(third.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(third.tallies().written()).isZero();
            assertThat(main.query("select slug from blobs_blobmigrationstate")).containsExactly("migrate_metadata");
            shards.assertExact();
            assertThat(Stream.of(0, 1).map(number -> idsDrawn(shards.database(number))))
                    .isEqualTo(List.of(shards.rows(0).size(), shards.rows(1).size()));
        }
    }

    @Test
    void goesOnAfterStopsAtAnyMomentAndKeepsEveryPlace(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 4)) {
            int runs = 0;
            Outcome last = Outcome.STOPPED;
            while (last == Outcome.STOPPED) {
                AtomicReference<Migrator> self = new AtomicReference<>();
                long until = 60;
                self.set(shards.migrator(couch, logs)
                        .chunkSize(7)
                        .listener(new Listener() {
                            @Override
                            public void progressed(Progress progress) {
                                if (progress.read() - progress.previously() >= until) {
                                    self.get().stop();
                                }
                            }
                        })
                        .build());
                last = self.get().run().outcome();
                runs++;
            }

            assertThat(last).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(runs).isGreaterThan(3);
            shards.assertExact();
        }
    }

    @Test
    void waitsForADatabaseThatIsAwayNamingItAndEndsInTheExpectedPlaces(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start();
                Shards shards = new Shards(couch, main, List.of(postgres, other))) {
            Result result = shards.migrator(couch, logs)
                    .chunkSize(7)
                    .listener(new Away(other, recorder, true))
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            String name = name(shards, 1, "[2,3]");
            assertThat(recorder.lines()).containsSubsequence("waiting for " + name, "recovered " + name);
            shards.assertExact();
        }
    }

    @Test
    void failsWhereADatabaseStaysAwayNamingItAndTheNextRunBringsTheRest(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start();
                Shards shards = new Shards(couch, main, List.of(postgres, other))) {
            Result first = shards.migrator(couch, logs)
                    .chunkSize(7)
                    .maxOutage(Duration.ofSeconds(1))
                    .listener(new Away(other, recorder, false))
                    .build()
                    .run();
            other.restart();
            Result second = shards.migrator(couch, logs).build().run();

            assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining(name(shards, 1, "[2,3]")));
            assertThat(second.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            shards.assertExact();
        }
    }

    @Test
    void endsWithAFailOverOfOneDatabaseUntilThatIsAccepted(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start();
                Shards shards = new Shards(couch, main, List.of(postgres, other))) {
            shards.migrator(couch, logs).build().run();
            other.failOver();
            shards.database(1)
                    .execute("delete from blobs_blobmeta where key = '%s'"
                            .formatted(shards.rowOf(1).key()));

            Result refused = shards.migrator(couch, logs).build().run();
            Result verification = shards.migrator(couch, logs).build().verify();
            Result accepted =
                    shards.migrator(couch, logs).acceptFailover(true).build().run();

            assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContainingAll("shards [2,3]", "timeline", "--accept-failover"));
            assertThat(verification.tallies().verified().missing()).isEqualTo(1);
            assertThat(accepted.tallies().written()).isEqualTo(1);
            shards.assertExact();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void losesNothingToFaultsNowAndThenInEachDatabase(
            long seed, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            List<DataSource> sources = new ArrayList<>();
            List<Scripts> scripts = new ArrayList<>();
            for (int number = 0; number < 2; number++) {
                FaultyDataSource source =
                        FaultyDataSource.around(shards.database(number).dataSource());
                sources.add(source);
                scripts.add(new Scripts(source, 1, TargetFaultsIT.nowAndThen(10 * seed + number)));
            }

            Result run = shards.migrator(couch, logs)
                    .shards(Shards.map(sources))
                    .chunkSize(20)
                    .listener(new Listener() {
                        @Override
                        public void progressed(Progress progress) {
                            scripts.forEach(each -> each.progressed(progress));
                        }
                    })
                    .build()
                    .run();

            assertThat(scripts).allSatisfy(each -> assertThat(each.hits()).isPositive());
            assertThat(run.failures()).isEmpty();
            assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(run.tallies().written() + run.tallies().alreadyThere()).isEqualTo(ROWS);
            shards.assertExact();
        }
    }

    @Test
    void refusesAnotherMapAndAnotherDatabase(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2);
                TestDatabase other = postgres.createDatabase()) {
            other.create(BlobSchema.TARGET);
            shards.migrator(couch, logs).build().run();
            ShardMap swapped = Shards.map(
                    List.of(shards.database(1).dataSource(), shards.database(0).dataSource()));
            ShardMap replaced = Shards.map(List.of(shards.database(0).dataSource(), other.dataSource()));
            ShardMap coarser = ShardMap.builder()
                    .shards(0, 3, shards.database(0).dataSource())
                    .build();

            Result ofSwapped =
                    shards.migrator(couch, logs).shards(swapped).build().run();
            Result ofReplaced =
                    shards.migrator(couch, logs).shards(replaced).build().run();
            Result ofCoarser =
                    shards.migrator(couch, logs).shards(coarser).build().run();

            assertRefused(
                    ofSwapped,
                    "database of shards [0,1]: seen \"" + shards.database(1).name());
            assertThat(ofSwapped.failures()).hasSize(2).allSatisfy(failure -> assertThat(failure)
                    .hasMessageContainingAll(", which holds shards [", "stay where they are"));
            assertRefused(ofReplaced, "database of shards [2,3]");
            assertRefused(ofCoarser, "map of shards: seen [0,3], expected [0,1] [2,3]");
            shards.assertExact();
        }
    }

    @Test
    void refusesToShardWhatWasNot(CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            main.execute("drop table blobs_blobmigrationstate");
            main.create(BlobSchema.TARGET);
            Migrator alone = Migrator.builder(BlobMetadata.migration("commcarehq"))
                    .source(CouchServer.builder(couch.url()).build())
                    .target(main.dataSource())
                    .logDirectory(logs)
                    .build();
            alone.run();

            Result result = shards.migrator(couch, logs).build().run();
            shards.migrator(couch, logs.resolve("sharded")).build().run();
            Result back = Migrator.builder(BlobMetadata.migration("commcarehq"))
                    .source(CouchServer.builder(couch.url()).build())
                    .target(main.dataSource())
                    .logDirectory(logs.resolve("sharded"))
                    .build()
                    .run();

            assertRefused(result, "map of shards: seen [0,1] [2,3], expected none");
            assertRefused(back, "map of shards: seen none, expected [0,1] [2,3]");
            assertThat(back.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("give the map of shards")
                    .hasMessageNotContaining("--reset"));
        }
    }

    @Test
    void tellsWhatIsWrongWithEachDatabaseAtOnce(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 4)) {
            shards.database(0).execute("drop table blobs_blobmeta");
            shards.database(1).execute("alter table blobs_blobmeta drop column content_type");
            shards.database(3).execute("alter table blobs_blobmeta drop constraint blobs_blobmeta_key_key");
            main.execute("drop table ota_demouserrestore");

            CheckReport check = shards.migrator(couch, logs).build().check();
            Result run = shards.migrator(couch, logs).build().run();

            assertThat(check.faults())
                    .extracting(Throwable::getMessage)
                    .anySatisfy(fault -> assertThat(fault).contains("ota_demouserrestore"))
                    .anySatisfy(fault -> assertThat(fault).contains("(shards [0,0]): table \"blobs_blobmeta\""))
                    .anySatisfy(fault -> assertThat(fault).contains("(shards [1,1]): ", "content_type"))
                    .anySatisfy(fault -> assertThat(fault).contains("(shards [3,3]): ", "unique"))
                    .noneSatisfy(fault -> assertThat(fault).contains("[2,2]"));
            assertThat(run.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(run.failures()).hasSameSizeAs(check.faults());
            assertThat(run.tallies().read()).isZero();
        }
    }

    @Test
    void tellsOfTwoRangesInOneDatabase(CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            ShardMap twins = Shards.map(
                    List.of(shards.database(0).dataSource(), shards.database(0).dataSource()));

            CheckReport check =
                    shards.migrator(couch, logs).shards(twins).build().check();

            assertThat(check.faults()).singleElement().satisfies(fault -> assertThat(fault)
                    .hasMessageContainingAll("(shards [0,1]) and ", "(shards [2,3]) are one and the same database"));
        }
    }

    @Test
    void namesTheDatabaseWhosePoolIsTooSmall(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2);
                HikariDataSource small = pool(shards.database(1), 2)) {
            ShardMap map = Shards.map(List.of(shards.database(0).dataSource(), small));

            Result result = shards.migrator(couch, logs).shards(map).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContainingAll("shards [2,3]", "needed 5", "got 2"));
        }
    }

    @Test
    void borrowsOneConnectionForEachWorkerAndDatabaseAndOneMore(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2);
                HikariDataSource first = pool(shards.database(0), 4);
                HikariDataSource second = pool(shards.database(1), 4)) {
            Result result = shards.migrator(couch, logs)
                    .workers(3)
                    .shards(Shards.map(List.of(first, second)))
                    .build()
                    .run();

            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(first.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(second.getHikariPoolMXBean().getActiveConnections()).isZero();
            shards.assertExact();
        }
    }

    /** What one database cannot hold is rejected for that database's own limits, and brought once they are mended. */
    @Test
    void rejectsWhatItsOwnDatabaseCannotHoldAndBringsItLater(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            shards.database(1).execute("alter table blobs_blobmeta alter column content_type type varchar(3)");
            Result narrow = shards.migrator(couch, logs).build().run();
            List<ExpectedRow> first = shards.rows(0);
            shards.database(1).execute("alter table blobs_blobmeta alter column content_type type varchar(255)");

            Result mended = shards.migrator(couch, logs).build().run();

            assertThat(narrow.outstanding()).isGreaterThan(1);
            assertThat(first).allSatisfy(row -> assertThat(shards.place(row)).isZero());
            assertThat(first).hasSize((int) shards.corpus().rows().stream()
                    .filter(row -> shards.place(row) == 0)
                    .count());
            assertThat(mended.outstanding()).isEqualTo(1);
            shards.assertExact();
        }
    }

    /** A constraint that no catalogue tells beforehand: the server refuses, and the culprits are found in halves. */
    @Test
    void isolatesTheRowsThatOneDatabaseRefuses(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            ExpectedRow culprit = shards.rowOf(1);
            shards.database(1)
                    .execute("alter table blobs_blobmeta add constraint no_culprit check (parent_id <> '%s')"
                            .formatted(culprit.parentId()));
            Result refused = shards.migrator(couch, logs).build().run();
            shards.database(1).execute("alter table blobs_blobmeta drop constraint no_culprit");

            Result mended = shards.migrator(couch, logs).build().run();

            assertThat(refused.outstanding()).isEqualTo(2);
            assertThat(mended.outstanding()).isEqualTo(1);
            shards.assertExact();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void verifiesEachRowWhereItBelongs(int databases, CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, databases)) {
            shards.migrator(couch, logs).build().run();
            Result clean = shards.migrator(couch, logs).build().verify();
            String key = shards.rowOf(1).key();
            shards.database(1).execute("delete from blobs_blobmeta where key = '%s'".formatted(key));

            Result missing = shards.migrator(couch, logs).build().verify();
            Result run = shards.migrator(couch, logs).build().run();
            Result last = shards.migrator(couch, logs).build().verify();

            assertThat(clean.failures()).isEmpty();
            assertThat(clean.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(clean.tallies().alreadyThere()).isEqualTo(ROWS);
            assertThat(missing.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(missing.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
            assertThat(run.tallies().written()).isEqualTo(1);
            assertThat(last.outcome()).isEqualTo(Outcome.COMPLETE);
            shards.assertExact();
        }
    }

    @Test
    void findsARowThatSitsInTheWrongDatabase(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            shards.migrator(couch, logs).build().run();
            ExpectedRow moved = shards.rowOf(0);
            ExpectedRow copied = shards.rowOf(1);
            insert(shards.database(1), moved);
            shards.database(0).execute("delete from blobs_blobmeta where key = '%s'".formatted(moved.key()));
            insert(shards.database(0), copied);

            Result found = shards.migrator(couch, logs).build().verify();
            List<JsonObject> findings = findings(0);
            Result run = shards.migrator(couch, logs).build().run();
            Result again = shards.migrator(couch, logs).build().verify();
            shards.database(1).execute("delete from blobs_blobmeta where key = '%s'".formatted(moved.key()));
            shards.database(0).execute("delete from blobs_blobmeta where key = '%s'".formatted(copied.key()));
            Result last = shards.migrator(couch, logs).build().verify();

            assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(found.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0, 1));
            assertThat(findings)
                    .anySatisfy(finding -> assertThat(finding.toString())
                            .contains(
                                    "\"finding\":\"missing\"",
                                    moved.key(),
                                    "misplaced_in\":[\"" + name(shards, 1, "[2,3]")))
                    .anySatisfy(finding -> assertThat(finding.toString())
                            .contains(
                                    "\"finding\":\"misplaced\"",
                                    copied.key(),
                                    "misplaced_in\":[\"" + name(shards, 0, "[0,1]")));
            assertThat(run.tallies().written()).isEqualTo(1);
            assertThat(again.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 0, 2));
            assertThat(again.tallies().alreadyThere()).isEqualTo(ROWS);
            assertThat(last.outcome()).isEqualTo(Outcome.COMPLETE);
            shards.assertExact();
        }
    }

    /** Two documents may name one key: each has a row of its own where it belongs, and neither is in the wrong place. */
    @ParameterizedTest
    @EnumSource(ConflictRule.class)
    void takesRowsOfOneKeyInTwoDatabasesForWhatTheyAre(
            ConflictRule rule, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            Orders.create(couch, main, 0);
            for (int number = 0; number < 3; number++) {
                couch.database("orders").put(Orders.order(number, number == 1 ? "other" : "same"));
            }
            first.execute(Orders.TABLE);
            second.execute(Orders.TABLE);
            Migrator migrator = Orders.migrator(
                            byCustomer(rule, (order, shards) -> order.field("total")
                                    .getAsInt()),
                            couch,
                            main,
                            logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();
            migrator.run();
            List<String> written = first.query("select total from orders where id = 'same'");

            Result clean = migrator.verify();
            first.execute("update orders set total = 99 where id = 'same'");
            Result changed = migrator.verify();

            assertThat(written).containsExactly("0");
            assertThat(second.query("select total from orders where id = 'same'"))
                    .containsExactly("2");
            assertThat(clean.tallies().verified()).isEqualTo(Verified.NONE);
            assertThat(changed.tallies().verified())
                    .isEqualTo(rule == ConflictRule.UPDATE ? new Verified(0, 1, 0, 0) : new Verified(0, 0, 1, 0));
        }
    }

    @Test
    void namesTheDocumentOnWhichARouterFails(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            Orders.create(couch, main, 3);
            first.execute(Orders.TABLE);
            second.execute(Orders.TABLE);
            Router<Document> failing = (order, shards) -> {
                if (order.id().equals(Orders.id(1))) {
                    throw new IllegalArgumentException("a secret");
                }
                return 0;
            };
            Migrator migrator = Orders.migrator(byCustomer(ConflictRule.NOTHING, failing), couch, main, logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();

            assertThatThrownBy(migrator::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("router of stage \"orders\" failed on \"" + Orders.id(1))
                    .hasMessageNotContaining("secret");
        }
    }

    private static Migration byCustomer(ConflictRule rule, Router<Document> router) {
        return Orders.migration(Orders.stage()
                .writer(Upsert.<Document>into("orders")
                        .key("id", order -> order.field("customer").getAsString())
                        .integer("total", order -> order.field("total").getAsNumber())
                        .router(router)
                        .onConflict(rule)
                        .build())
                .build());
    }

    @Test
    void refusesAWriterThatDoesNotRoute(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = shards(couch, main, postgres, 2)) {
            Migrator.Builder builder =
                    Orders.migrator(Orders.migration(), couch, main, logs).shards(shards.map());

            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("stage \"orders\" cannot write to shards", "router");
        }
    }

    private Shards shards(CouchDouble couch, TestDatabase main, PostgresServer postgres, int databases)
            throws SQLException {
        return new Shards(couch, main, Collections.nCopies(databases, postgres));
    }

    private static String name(Shards shards, int number, String range) {
        TestDatabase database = shards.database(number);
        return "PostgreSQL at %s:%d/%s (shards %s)".formatted(database.host(), database.port(), database.name(), range);
    }

    private static void assertRefused(Result result, String because) {
        assertThat(result.outcome()).isEqualTo(Outcome.LOG_DIRECTORY_FAILED);
        assertThat(result.tallies().read()).isZero();
        assertThat(result.failures()).anySatisfy(failure -> assertThat(failure).hasMessageContaining(because));
    }

    private static int idsDrawn(TestDatabase database) {
        try {
            return Integer.parseInt(database.query("select last_value from blobs_blobmeta_id_seq")
                    .get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HikariDataSource pool(TestDatabase database, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(1_000);
        return new HikariDataSource(config);
    }

    private static void insert(TestDatabase database, ExpectedRow row) throws SQLException {
        String contentType = row.contentType() == null ? "null" : "'" + row.contentType() + "'";
        database.execute(
                "insert into blobs_blobmeta (domain, type_code, parent_id, name, key, content_type, content_length, created_on) values ('%s', %d, '%s', '%s', '%s', %s, %d, now())"
                        .formatted(
                                row.domain().replace("'", "''"),
                                row.typeCode(),
                                row.parentId().replace("'", "''"),
                                row.name().replace("'", "''"),
                                row.key().replace("'", "''"),
                                contentType,
                                row.contentLength()));
    }

    private List<JsonObject> findings(int number) throws IOException {
        List<JsonObject> findings = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            Path file = files.filter(path -> path.getFileName().toString().matches(".*-verify-[^-]*\\.jsonl"))
                    .sorted()
                    .toList()
                    .get(number);
            for (String line : Files.readAllLines(file)) {
                JsonElement finding = JsonParser.parseString(line);
                findings.add(finding.getAsJsonObject());
            }
        }
        return findings;
    }

    /** Stops a server in the middle of reading; and starts it once the run says that it waits, if it is to come back. */
    private record Away(PostgresServer server, Listener heard, boolean comesBack, AtomicBoolean gone)
            implements Listener {
        Away(PostgresServer server, Listener heard, boolean comesBack) {
            this(server, heard, comesBack, new AtomicBoolean());
        }

        @Override
        public void progressed(Progress progress) {
            if (progress.read() >= 60 && gone.compareAndSet(false, true)) {
                server.stop();
            }
        }

        @Override
        public void waiting(Outage outage) {
            heard.waiting(outage);
            if (comesBack) {
                try {
                    server.restart();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        @Override
        public void recovered(Outage outage) {
            heard.recovered(outage);
        }
    }
}
