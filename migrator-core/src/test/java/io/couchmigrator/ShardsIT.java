// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that go to the databases of a sharded target: each to where the application looks for it, whatever happens. */
@ExtendWith(MigratorExtension.class)
final class ShardsIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";
    private static final int ROWS = 745;

    @TempDir
    private Path logs;

    @ParameterizedTest
    @CsvSource({"1, 1, 1000", "1, 4, 7", "2, 1, 1", "2, 4, 7", "2, 4, 1000", "4, 1, 7", "4, 4, 1000", "4, 8, 7"})
    void writesExactlyTheExpectedRowsInExactlyTheExpectedPlaces(
            int databases, int workers, int chunkSize, CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, databases)) {
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
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
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
        try (Shards shards = Shards.on(couch, main, postgres, 4)) {
            int runs = 0;
            Outcome last = Outcome.STOPPED;
            while (last == Outcome.STOPPED) {
                Stoppable self = new Stoppable();
                long until = 60;
                Migrator migrator = shards.migrator(couch, logs)
                        .chunkSize(7)
                        .listener(new Listener() {
                            @Override
                            public void progressed(Progress progress) {
                                if (progress.read() - progress.previously() >= until) {
                                    self.stop();
                                }
                            }
                        })
                        .build();
                last = self.run(migrator).outcome();
                runs++;
            }

            assertThat(last).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(runs).isGreaterThan(3);
            shards.assertExact();
        }
    }

    @Test
    void refusesAnotherMapAndAnotherDatabase(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2);
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
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            main.execute("drop table blobs_blobmigrationstate");
            main.create(BlobSchema.TARGET);
            Blobs.migrator(couch, main.dataSource(), logs).build().run();

            Result result = shards.migrator(couch, logs).build().run();
            shards.migrator(couch, logs.resolve("sharded")).build().run();
            Result back = Blobs.migrator(couch, main.dataSource(), logs.resolve("sharded"))
                    .build()
                    .run();

            assertRefused(result, "map of shards: seen [0,1] [2,3], expected none");
            assertRefused(back, "map of shards: seen none, expected [0,1] [2,3]");
            assertThat(back.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("give the map of shards")
                    .hasMessageNotContaining("startOver(true)"));
        }
    }

    @Test
    void tellsWhatIsWrongWithEachDatabaseAtOnce(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 4)) {
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
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
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
        try (Shards shards = Shards.on(couch, main, postgres, 2);
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
        try (Shards shards = Shards.on(couch, main, postgres, 2);
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
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
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
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
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
            Migrator migrator = Orders.migrator(Orders.byCustomer(ConflictRule.NOTHING, failing), couch, main, logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();

            assertThatThrownBy(migrator::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("router of stage \"orders\" failed on \"" + Orders.id(1))
                    .hasMessageNotContaining("secret");
        }
    }

    /** Without that, a row that moves into another database would stay where it was. */
    @Test
    void tellsAWriterOfADatabaseThatADocumentHasNoRowsThereAnyMore(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            CouchDatabase orders = Orders.create(couch, main, 20);
            first.execute(Orders.TABLE);
            second.execute(Orders.TABLE);
            Migration migration =
                    Orders.migration(Orders.stage().writer(new Mirroring()).build());
            Migrator migrator = Orders.migrator(migration, couch, main, logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();
            migrator.run();
            JsonObject moved = Orders.order(7, "c7");
            moved.addProperty("total", 8);

            orders.put(moved);
            orders.delete(Orders.id(9));
            Result result = migrator.run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(first)).hasSize(11).contains(Orders.id(7));
            assertThat(Orders.written(second)).hasSize(8).doesNotContain(Orders.id(7), Orders.id(9));
        }
    }

    @Test
    void refusesAWriterThatDoesNotRoute(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            Migrator.Builder builder =
                    Orders.migrator(Orders.migration(), couch, main, logs).shards(shards.map());

            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("stage \"orders\" cannot write to shards", "router");
        }
    }

    /** Has of each document what it has now: in the first database if its total is even, in the last if it is odd. */
    private static final class Mirroring implements Writer<Document> {
        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            try (PreparedStatement deleting = connection.prepareStatement("delete from orders where id = ?")) {
                for (Change<Document> change : changes) {
                    deleting.setString(1, change.id());
                    deleting.execute();
                }
            }
            return Orders.writer().write(connection, changes);
        }

        @Override
        public Optional<Router<Document>> router() {
            return Optional.of((order, shards) -> order.field("total").getAsInt() % 2 * (shards - 1));
        }
    }

    private static void assertRefused(Result result, String because) {
        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
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
}
