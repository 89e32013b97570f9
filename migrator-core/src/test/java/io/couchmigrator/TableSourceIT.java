// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A stage whose table is in another database than the target. */
@ExtendWith(MigratorExtension.class)
final class TableSourceIT {
    private static final String TABLE = "create table parts (id serial primary key, name text)";
    private static final String ROWS = "insert into parts (name) select 'p' || n from generate_series(1, 2500) n";

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();
    private TestDatabase target;
    private TestDatabase elsewhere;
    private CouchDouble couch;

    @BeforeEach
    void createDatabases(CouchDouble couch, TestDatabase target, PostgresServer postgres) throws Exception {
        this.couch = couch;
        this.target = target;
        elsewhere = postgres.createDatabase();
        elsewhere.execute(TABLE + ";" + ROWS);
        target.execute("create table copies (name text primary key)");
    }

    @AfterEach
    void drop() throws Exception {
        elsewhere.close();
    }

    @Test
    void readsItsRowsFromThereInAllVerbs() throws Exception {
        CheckReport checked = from(elsewhere).build().check();

        Result first = from(elsewhere).build().run();
        elsewhere.execute("insert into parts (name) values ('late')");
        Result second = from(elsewhere).build().run();
        Result verified = from(elsewhere).build().verify();

        assertThat(checked.faults()).isEmpty();
        assertThat(checked.stages().get(0).documents()).hasValue(2500);
        assertThat(first.failures()).isEmpty();
        assertThat(first.tallies().written()).isEqualTo(2500);
        assertThat(second.tallies().written()).isEqualTo(1);
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.tallies().read()).isEqualTo(2501);
        assertThat(Files.readString(logs.resolve("parts.history.jsonl")))
                .contains("\"table_sources\":{\"parts\":\"PostgreSQL at localhost:%d/%s\"}"
                        .formatted(elsewhere.port(), elsewhere.name()));
        assertThat(elsewhere.openConnections()).isEmpty();
    }

    @Test
    void readsTheRowWithTheLowestKeyThatThereCanBe() throws Exception {
        elsewhere.execute("alter table parts alter column id type bigint;"
                + "insert into parts (id, name) values (-9223372036854775808, 'lowest')");

        Result result = from(elsewhere).build().run();

        assertThat(result.tallies().written()).isEqualTo(2501);
        assertThat(target.query("select name from copies where name = 'lowest'"))
                .hasSize(1);
    }

    /** Of rows that take more than half of what a worker may hold, each is a page. */
    @Test
    void holdsNoMoreOfLargeRowsThanAWorkerMay() throws Exception {
        int workers = 16;
        int rows = 12;
        long share = Math.max(64 * 1024, Runtime.getRuntime().maxMemory() / 32 / workers);
        elsewhere.execute(
                "delete from parts; insert into parts (name) select n || repeat('x', %s) from generate_series(1, %s) n"
                        .formatted(share * 6 / 10, rows));
        TableStage<String> parts = TableStage.<String>builder("parts")
                .columns("name")
                .transform(
                        (row, context) -> List.of(row.text("name").orElseThrow().substring(0, 10)))
                .upsert(Upsert.<String>into("copies").key("name", name -> name).build())
                .build();
        AtomicInteger batches = new AtomicInteger();

        Result result = Orders.migrator(Migration.builder("parts").stage(parts).build(), couch, target, logs)
                .tableSource("parts", elsewhere.dataSource())
                .workers(workers)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        batches.incrementAndGet();
                    }
                })
                .build()
                .run();

        assertThat(result.tallies().written()).isEqualTo(rows);
        assertThat(batches).hasValue(rows);
    }

    @Test
    void estimatesRowsThatTakeTooLongToCount() throws Exception {
        elsewhere.execute("analyze parts; create schema mine;"
                + "create function mine.cancel(bigint) returns bigint language plpgsql as"
                + " $$ begin perform pg_cancel_backend(pg_backend_pid()), pg_sleep(60); return 0; end $$;"
                + "create aggregate mine.count(*) (sfunc = mine.cancel, stype = bigint, initcond = '0');"
                + "alter role %s set search_path = mine, pg_catalog, public".formatted(elsewhere.user()));

        CheckReport checked = from(elsewhere).build().check();
        Result result = from(elsewhere).build().run();

        assertThat(checked.faults()).isEmpty();
        assertThat(checked.stages().get(0).documents()).hasValue(2500);
        assertThat(result.failures()).isEmpty();
        assertThat(result.tallies().written()).isEqualTo(2500);
    }

    @Test
    void refusesATableWhoseKeysDoNotTellItsRowsApart() throws Exception {
        elsewhere.execute(
                "alter table parts drop constraint parts_pkey, alter column id drop not null, add unique (id);"
                        + "create table heirs () inherits (parts)");

        CheckReport checked = from(elsewhere).build().check();

        assertThat(checked.faults())
                .extracting(Throwable::getMessage)
                .satisfiesExactlyInAnyOrder(
                        fault -> assertThat(fault).contains("column \"id\" of table \"parts\" may be null"),
                        fault -> assertThat(fault).contains("table \"parts\" has rows of tables that inherit from it"));
    }

    @Test
    void goesOnFromWhereItStoodWhereNothingMayBeWritten() throws Exception {
        elsewhere.execute("alter database %s set default_transaction_read_only = on".formatted(elsewhere.name()));
        Stoppable self = new Stoppable();
        Migrator migrator = from(elsewhere)
                .chunkSize(100)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() > 500) {
                            self.stop();
                        }
                    }
                })
                .build();
        Result stopped = self.run(migrator);

        Result second = from(elsewhere).build().run();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(stopped.tallies().written() + second.tallies().written()).isEqualTo(2500);
        assertThat(target.query("select count(*) from copies")).containsExactly("2500");
    }

    @Test
    void refusesToGoOnWithTheTableOfAnotherDatabase() throws Exception {
        from(elsewhere).build().run();
        target.execute(TABLE);

        Result fromTarget = from(target).build().run();
        Result verified = from(target).build().verify();
        Result unnamed = migrator().build().run();

        for (Result refused : List.of(fromTarget, verified, unnamed)) {
            assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
            assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("database of the table of stage \"parts\": seen \"" + target.name())
                    .hasMessageContaining("expected \"" + elsewhere.name()));
        }
        assertThat(unnamed.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageEndingWith(": name the database of this stage's table, as the run did that wrote the file")
                .hasMessageNotContaining("startOver(true)"));
        assertThat(fromTarget.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("startOver(true)"));
    }

    @Test
    void refusesToGoOnElsewhereWithWhatWasInTheTarget() throws Exception {
        target.execute(TABLE);
        migrator().build().run();

        Result refused = from(elsewhere).build().run();

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(from(target).build().run().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void readsWhatAnEarlierRunSkipped() throws Exception {
        Result skipped = migrator().listener(recorder).build().run();

        Result read = from(elsewhere).build().run();

        assertThat(skipped.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(recorder.lines())
                .contains(
                        "skipped parts: table parts is not in PostgreSQL at localhost:%d/%s: skipped; if this installation has it in another database, name that one by tableSource(\"parts\", …)"
                                .formatted(target.port(), target.name()));
        assertThat(read.tallies().written()).isEqualTo(2500);
    }

    @Test
    void wantsTheTableInTheDatabaseThatIsNamed() throws Exception {
        elsewhere.execute("drop table parts");

        Result result = from(elsewhere).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageStartingWith("PostgreSQL at localhost:%d/%s (parts): table \"parts\" does not exist"
                        .formatted(elsewhere.port(), elsewhere.name())));
    }

    @Test
    void namesTheDatabaseThatIsAway() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            TestDatabase away = server.createDatabase();
            away.execute(TABLE);
            from(away).build().run();
            server.stop();

            Result result = from(away).maxOutage(Duration.ZERO).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageStartingWith("PostgreSQL at localhost:%d/%s (parts): could not connect"
                            .formatted(away.port(), away.name())));
        }
    }

    @Test
    void stopsWhereItsDatabaseFailedOverAndGoesOnOnlyWhenThatIsAccepted() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            TestDatabase away = server.createDatabase();
            away.execute(TABLE + ";" + ROWS);
            from(away).build().run();
            server.failOver();

            Result refused = from(away).build().run();
            CheckReport check = from(away).build().check();
            Result accepted = from(away).acceptFailover(true).build().run();
            Result later = from(away).build().run();

            assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(refused.tallies().read()).isZero();
            assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageStartingWith("PostgreSQL with database \"%s\" (parts) is on timeline 2, expected 1"
                            .formatted(away.name())));
            assertThat(check.faults()).hasSize(1);
            assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(later.outcome()).isEqualTo(Outcome.COMPLETE);
        }
    }

    @Test
    void readsFromAStandbyWhichTellsNoTimeline() throws Exception {
        says("pg_is_in_recovery() returns boolean", "select true");

        Result result = from(elsewhere).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(2500);
        assertThat(Files.readString(logs.resolve("parts.offsets.json"))).containsOnlyOnce("\"timeline\"");
    }

    @Test
    void refusesAServerThatIsTooOld() throws Exception {
        says(
                "current_setting(text) returns text",
                "select case $1 when 'server_version_num' then '110022' when 'server_version' then '11.22'"
                        + " else pg_catalog.current_setting($1) end");

        Result result = from(elsewhere).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("(parts): the server is PostgreSQL 11.22: expected 12 or later"));
    }

    /** Lets the database answer as another server would. */
    private void says(String function, String answer) throws Exception {
        elsewhere.execute(
                "create schema mine; create function mine.%s language sql as $$ %s $$;".formatted(function, answer)
                        + "alter role %s set search_path = mine, pg_catalog, public".formatted(elsewhere.user()));
    }

    @Test
    void isAskedForByTheNameOfAStageThatReadsATable() {
        DataSource source = elsewhere.dataSource();

        assertThatThrownBy(() -> migrator().tableSource("part", source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unexpected stage \"part\": expected one that reads a table: parts");
    }

    private Migrator.Builder from(TestDatabase source) {
        return migrator().tableSource("parts", source.dataSource());
    }

    private Migrator.Builder migrator() {
        TableStage<String> parts = TableStage.<String>builder("parts")
                .columns("name")
                .optional(true)
                .transform((row, context) -> List.of(row.text("name").orElseThrow()))
                .upsert(Upsert.<String>into("copies").key("name", name -> name).build())
                .build();
        return Orders.migrator(Migration.builder("parts").stage(parts).build(), couch, target, logs);
    }
}
