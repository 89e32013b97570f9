// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Result;
import io.couchmigrator.Router;
import io.couchmigrator.ShardMap;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Pose;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A table is one run's at a time: whoever claims it later has it, and the other one writes nothing more. */
@ExtendWith(MigratorExtension.class)
final class OwnerIT {
    private static final Duration LONG = Duration.ofMinutes(1);

    /** What comes first in each transaction that writes. */
    private static final Predicate<JdbcStep> CLAIMS_HELD = JdbcStep.statements("for share");

    private static final String OWNER =
            "select \"table\" || ': ' || source || ': ' || migration from couch_migrator_owner";
    private static final String EPOCH = "select epoch from couch_migrator_owner";

    @TempDir
    private Path logs;

    @TempDir
    private Path otherLogs;

    @Test
    void createsItsTableAndSaysBesideItWhoseItIs(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(3));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(
                        database.query(
                                "select concat_ws(' ', column_name, data_type, collation_name, is_nullable) from information_schema.columns where table_name = 'shop' order by ordinal_position"))
                .containsExactly("id text C NO", "rev text NO", "doc jsonb NO");
        assertThat(database.query(OWNER)).singleElement().asString().matches("shop: shop created at \\d+: documents");
    }

    @Test
    void isClaimedAnewByEachRunAndByNoVerification(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        Migrator migrator = migrator(couch, database).build();
        migrator.run();
        long first = epoch(database);

        Result again = migrator.run();
        long second = epoch(database);
        Result verified = migrator.verify();
        migrator.check();

        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second).isGreaterThan(first);
        assertThat(epoch(database)).isEqualTo(second);
    }

    /** The first has read a document that the other one then finds changed, or deleted, and comes to write it when that is done. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesNothingLateFromARunThatLostItsTable(boolean deleted, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(30));
        FaultyDataSource slow = FaultyDataSource.around(database.dataSource());
        slow.script(JdbcFault.stall().on(CLAIMS_HELD).nth(2));
        CompletableFuture<Result> first = CompletableFuture.supplyAsync(
                () -> migrator(couch, database).target(slow).build().run());
        slow.awaitStalled(1, LONG);
        if (deleted) {
            shop.delete("d005");
        } else {
            shop.put(Copies.document("d005", 1200));
        }

        Result second = other(couch, database).build().run();
        List<String> before = stamped(database);
        slow.release();
        Result late = first.get(1, TimeUnit.MINUTES);

        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(late.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(late.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" was taken from this run")
                .hasMessageContaining("of migration \"documents\" with CouchDB database shop created at"));
        assertThat(late.tallies().written()).isEqualTo(1);
        assertThat(late.outstanding()).isZero();
        assertThat(stamped(database)).isEqualTo(before).hasSize(deleted ? 29 : 30);
    }

    @Test
    void isClaimedOnceTransactionsInFlightHaveEnded(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(30));
        FaultyDataSource slow = FaultyDataSource.around(database.dataSource());
        slow.script(JdbcFault.stall().afterwards().on(CLAIMS_HELD).nth(2));
        CompletableFuture<Result> first = CompletableFuture.supplyAsync(
                () -> migrator(couch, database).target(slow).build().run());
        slow.awaitStalled(1, LONG);
        long epoch = epoch(database);

        CompletableFuture<Result> second = CompletableFuture.supplyAsync(
                () -> other(couch, database).build().run());
        await().atMost(LONG)
                .until(() -> database.query(
                                        "select pid from pg_locks where not granted and relation = 'couch_migrator_owner'::regclass")
                                .size()
                        == 1);
        long meanwhile = epoch(database);
        slow.release();

        assertThat(first.get(1, TimeUnit.MINUTES).outcome()).isIn(Outcome.BUSY, Outcome.COMPLETE);
        assertThat(second.get(1, TimeUnit.MINUTES).outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(meanwhile).isEqualTo(epoch);
        assertThat(epoch(database)).isGreaterThan(epoch);
        assertThat(Copies.rows(database)).hasSize(30);
    }

    @Test
    void isMissedByARunThatHadNothingMoreToWrite(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(30));
        migrator(couch, database).build().run();

        Result late = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void stageWasComplete(String stage, Instant since, OptionalLong changes) {
                        other(couch, database).build().run();
                    }
                })
                .build()
                .run();

        assertThat(late.tallies().read()).isZero();
        assertThat(late.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(late.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" is not that of the last run of this log directory")
                .hasMessageContaining("of migration \"documents\" with CouchDB database shop created at"));
    }

    @Test
    void isMissedByARunThatIsAtAnotherStage(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(30));
        couch.create("stock").load(Copies.documents(30));
        Migration both = Documents.builder()
                .database("shop", TableName.of("shop"))
                .database("stock", TableName.of("stock"))
                .build();

        Result late = Copies.migrator(both, couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void stageFinished(String stage, long rejected, Path rejects) {
                        if (stage.equals("shop")) {
                            other(couch, database).build().run();
                        }
                    }
                })
                .build()
                .run();

        assertThat(late.tallies().written()).isEqualTo(60);
        assertThat(late.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(late.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" is not that of the last run of this log directory"));
    }

    @Test
    void goesToAnotherMigrationThatAdoptsIt(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(30));
        FaultyDataSource slow = FaultyDataSource.around(database.dataSource());
        slow.script(JdbcFault.stall().on(CLAIMS_HELD).nth(2));
        CompletableFuture<Result> first = CompletableFuture.supplyAsync(
                () -> migrator(couch, database).target(slow).build().run());
        slow.awaitStalled(1, LONG);

        Result second = Copies.migrator(copies("archive"), couch, database, logs)
                .adopt(true)
                .build()
                .run();
        slow.release();
        Result late = first.get(1, TimeUnit.MINUTES);
        Result refused = migrator(couch, database).build().run();

        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(late.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" is owned by migration \"archive\" with CouchDB database shop")
                .hasMessageContaining("adopt(true)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "update couch_migrator_owner set epoch = epoch + 1 | BUSY | was taken from this run",
                "delete from couch_migrator_owner | BUSY | table \"shop\" is no longer said to be this run's, which writes nothing more into it: seen no row of it in table \"public.couch_migrator_owner\"",
                "drop table couch_migrator_owner | TARGET_FAILED | 42P01",
                "drop table shop | TARGET_FAILED | 42P01",
                "alter table shop rename to former | TARGET_FAILED | 42P01",
            })
    void endsTheRunWhereItIsLostInTheMiddle(
            String event, Outcome outcome, String said, CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(30));
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.meanwhile(event).on(CLAIMS_HELD).nth(2));

        Result result = migrator(couch, database).target(target).build().run();

        assertThat(result.outcome()).isEqualTo(outcome);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(said));
        assertThat(result.outstanding()).isZero();
        assertThat(result.tallies().written()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isNotTakenWhereATriggerDropsWhatSaysSo(boolean anew, CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(3));
        migrator(couch, database).build().run();
        if (anew) {
            database.execute("delete from couch_migrator_owner; delete from shop");
        }
        database.execute("""
                create function nothing() returns trigger language plpgsql as 'begin return null; end';
                create trigger keeps_out before insert or update on couch_migrator_owner for each row execute function nothing()
                """);

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures())
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure)
                                .hasMessageContaining(
                                        "table \"public.couch_migrator_owner\" has no row of table \"shop\" after one was written, so a trigger or a rule of it drops it"));
    }

    @Test
    void endsTheRunWhereAnotherTableTakesItsName(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(30));
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(
                JdbcFault.meanwhile("alter table shop rename to former; create table shop (like former including all)")
                        .on(CLAIMS_HELD)
                        .nth(2));

        Result result = migrator(couch, database).target(target).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("table \"shop\" was replaced while rows were written into it"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drop table shop | seen none",
                "drop table shop; create table shop (id text collate \"C\" primary key, rev text not null, doc jsonb not null) | seen "
            })
    void isNotTakenForReadWhereItIsGone(String event, String seen, CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(30));
        migrator(couch, database).build().run();
        database.execute(event);

        Result refused = migrator(couch, database).build().run();
        Result again = migrator(couch, database).startOver(true).build().run();

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("oid of table \"shop\": " + seen));
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(30);
    }

    @Test
    void goesOnWithADatabaseOfTheSameNameOnlyWhereThatIsAccepted(CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(5));
        migrator(couch, database).build().run();
        String before = database.query(OWNER).get(0);
        couch.drop("shop");
        couch.create("shop").load(Copies.documents(5));

        Result refused = other(couch, database).build().run();
        Result accepted = other(couch, database).acceptNewSource(true).build().run();

        assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("is owned by migration \"documents\" with CouchDB database shop created at")
                .hasMessageContaining("acceptNewSource(true)"));
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query(OWNER)).doesNotContain(before).hasSize(1);
    }

    @Test
    void isNotTakenForADatabaseOfTheSameNameOnAnotherServerWhereNeitherSaysWhenItWasCreated(TestDatabase database)
            throws Exception {
        try (CouchDouble production = CouchDouble.builder().pose(Pose.OLD).start();
                CouchDouble staging = CouchDouble.builder().pose(Pose.OLD).start()) {
            production.create("shop").load(Copies.documents(30));
            staging.create("shop").load(Copies.documents(3));
            migrator(production, database).build().run();

            Result again = migrator(production, database).build().run();
            Result refused = other(staging, database).build().run();
            List<String> kept = Copies.rows(database);
            Result adopted = other(staging, database).adopt(true).build().run();
            Result lost = migrator(production, database).build().run();

            assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("expected the log directory that remembers its claim")
                    .hasMessageContaining("adopt(true)"));
            assertThat(kept).hasSize(30);
            assertThat(adopted.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(lost.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(Copies.rows(database)).hasSize(3);
        }
    }

    @Test
    void isNotTakenByAServerThatDoesNotSayWhenItsDatabaseWasCreated(CouchDouble couch, TestDatabase database)
            throws Exception {
        try (CouchDouble old = CouchDouble.builder().pose(Pose.OLD).start()) {
            couch.create("shop").load(Copies.documents(30));
            old.create("shop").load(Copies.documents(3));
            migrator(couch, database).build().run();

            Result refused = other(old, database).build().run();
            List<String> kept = Copies.rows(database);
            Result adopted = other(old, database).adopt(true).build().run();

            assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(kept).hasSize(30);
            assertThat(adopted.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(database.query(OWNER)).containsExactly("shop: shop: documents");
        }
    }

    @Test
    void isOwnedInEachDatabaseOfAShardedTarget(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        couch.create("shop").load(Copies.documents(30));
        try (TestDatabase one = postgres.createDatabase();
                TestDatabase two = postgres.createDatabase()) {
            Migrator.Builder sharded = Copies.migrator(copies("documents"), couch, main, logs)
                    .shards(ShardMap.builder()
                            .shards(0, 0, one.dataSource())
                            .shards(1, 1, two.dataSource())
                            .build());

            Result result = sharded.build().run();
            one.execute("update couch_migrator_owner set migration = 'other'");
            Result refused = sharded.build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Copies.rows(one)).hasSizeBetween(1, 29);
            assertThat(Copies.rows(one).size() + Copies.rows(two).size()).isEqualTo(30);
            assertThat(two.query(OWNER)).hasSize(1);
            assertThat(main.query("select tablename from pg_tables where schemaname = 'public'"))
                    .isEmpty();
            assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining(
                            one.name() + " (shards [0,0]): table \"shop\" is owned by migration \"other\""));
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs);
    }

    /** Returns a migrator that knows nothing of the first, as on another host behind a pooler, where no lock is to be had. */
    private Migrator.Builder other(CouchDouble couch, TestDatabase database) {
        FaultyDataSource lockless = FaultyDataSource.around(database.dataSource());
        lockless.script(JdbcFault.error("0A000").on(JdbcStep.statements("pg_try_advisory_lock")));
        return Copies.migrator(Copies.migration(), couch, database, otherLogs).target(lockless);
    }

    private static Migration copies(String slug) {
        return Migration.builder(slug)
                .stage(DocumentStage.<DocumentRow>builder("shop")
                        .text()
                        .transform((document, context) ->
                                List.of(new DocumentRow(document.id(), document.rev(), document.json())))
                        .owns(OwnedTable.<DocumentRow>named(TableName.of("shop"))
                                .id("id", DocumentRow::id)
                                .column("rev", "text", DocumentRow::rev)
                                .column("doc", "jsonb", DocumentRow::doc)
                                .router(Router.sipHash(DocumentRow::id))
                                .build())
                        .build())
                .build();
    }

    private static long epoch(TestDatabase database) throws Exception {
        return Long.parseLong(database.query(EPOCH).get(0));
    }

    private static List<String> stamped(TestDatabase database) throws Exception {
        return database.query("select id || ' ' || xmin || ' ' || ctid from shop order by id");
    }
}
