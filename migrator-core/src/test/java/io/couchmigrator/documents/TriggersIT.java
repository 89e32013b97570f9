// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Rejection;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Triggers of the table that a stage owns, which change, move or remove what was written and counted. */
@ExtendWith(MigratorExtension.class)
final class TriggersIT {
    private static final int COUNT = 20;
    private static final int MANY = 800;
    private static final String LARGE = "x".repeat(8_000);
    private static final int NARROW = 1 << 16;
    private static final String REASON =
            "a row that is not there as it was written: a trigger or a rule of table \"shop\" dropped, changed or removed it";

    @TempDir
    private Path logs;

    private final Told told = new Told();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "trigger; before insert or update; new.id = 'd013'; new.doc = new.doc - 'value'",
                "trigger; before insert; new.id = 'd013'; new.id = upper(new.id)",
                "trigger; after insert; true; delete from shop where id < new.id",
                "constraint trigger; after insert; new.id = 'd013'; delete from shop where id = new.id"
            })
    void makeRejectsOfDocumentsUntilTheyAreGone(
            String kind, String event, String condition, String statement, CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        Copies.createTable(database);
        trigger(database, kind, event, condition, statement);

        Result refused = migrator(couch, database).run();
        Result again = migrator(couch, database).run();
        Result verified = migrator(couch, database).verify();
        List<String> resolved = List.copyOf(told.resolved);
        drop(database);
        Result mended = migrator(couch, database).run();
        Result equal = migrator(couch, database).verify();

        assertThat(refused.failures()).isEmpty();
        assertThat(List.of(refused.outcome(), again.outcome())).containsOnly(Outcome.REJECTS_OUTSTANDING);
        assertThat(verified.outcome()).isIn(Outcome.REJECTS_OUTSTANDING, Outcome.DIFFERENCES_FOUND);
        assertThat(told.rejected.get("d013")).isEqualTo("refused-by-target: " + REASON);
        assertThat(resolved).doesNotContain("d013");
        assertThat(List.of(mended.outcome(), equal.outcome())).containsOnly(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).isEqualTo(expected());
    }

    @Test
    void makeARejectOfADocumentThatIsGoneAndWhoseRowComesBack(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        migrator(couch, database).run();
        trigger(database, "trigger", "after delete", "old.id = 'd003'", "insert into shop values (old.*)");

        shop.delete("d003");
        shop.delete("d004");
        Result refused = migrator(couch, database).run();
        Result verified = migrator(couch, database).verify();
        drop(database);
        Result mended = migrator(couch, database).run();
        Result equal = migrator(couch, database).verify();

        assertThat(List.of(refused.outcome(), verified.outcome())).containsOnly(Outcome.REJECTS_OUTSTANDING);
        assertThat(refused.tallies().deleted()).isEqualTo(1);
        assertThat(told.rejected.get("d003"))
                .isEqualTo(
                        "refused-by-target: a row that was to be deleted is still there: a trigger or a rule of table \"shop\" keeps it");
        assertThat(List.of(mended.outcome(), equal.outcome())).containsOnly(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(COUNT - 2).doesNotContain("d003=3", "d004=4");
    }

    @Test
    void leaveARowOutstandingThatAVerificationFoundDifferent(CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        migrator(couch, database).run();
        database.execute("update shop set doc = doc - 'value' where id = 'd003'");
        Result found = migrator(couch, database).verify();
        trigger(database, "trigger", "before update", "true", "new.doc = new.doc - 'value'");

        Result refused = migrator(couch, database).run();
        List<String> resolved = List.copyOf(told.resolved);
        drop(database);
        Result mended = migrator(couch, database).run();

        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(refused.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(resolved).isEmpty();
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).isEqualTo(expected());
    }

    @Test
    void endTheRunWhereTheyChangeAllThatIsWritten(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(2 * COUNT));
        Copies.createTable(database);
        trigger(database, "trigger", "before insert or update", "true", "new.doc = new.doc - 'value'");

        Result refused = migrator(couch, database).run();
        drop(database);
        Result mended = migrator(couch, database).run();

        assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("was refused alone with " + REASON));
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(2 * COUNT);
    }

    /** Also where they are those of a partition, and not where they never run or mind only that the table is emptied. */
    @Test
    void areToldByNameByCheckAndRunSinceTheyMayTouchWhatWasWrittenBefore(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        database.execute("""
                create table shop (id text collate "C" primary key, rev text not null, doc jsonb not null) partition by hash (id);
                create table part partition of shop for values with (modulus 1, remainder 0);
                create function looks() returns trigger language plpgsql as 'begin return new; end';
                create trigger looking before insert on shop for each row execute function looks();
                create trigger "Looking on" after update on part for each row execute function looks();
                create trigger sleeping before insert on part for each row execute function looks();
                alter table part disable trigger sleeping;
                create trigger emptied after truncate on shop for each statement execute function looks();
                """);

        migrator(couch, database).check();
        List<String> checked = told.ofTriggers();
        told.warned.clear();
        Result result = migrator(couch, database).run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(told.ofTriggers()).isEqualTo(checked);
        assertThat(checked)
                .singleElement()
                .asString()
                .contains("table \"shop\" has triggers (\"Looking on\", looking):")
                .contains("what they do to rows of earlier batches, or add, is seen by verify alone");
    }

    /** What is sent while rows are copied is read by nobody, and once no more of it fits between both sides, each waits for the other. */
    @Test
    @Timeout(120)
    void mayTellMoreThanFitsBetweenBothSides(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(MANY).peek(document -> document.addProperty("large", LARGE)));
        Copies.createTable(database);
        trigger(database, "trigger", "before insert", "true", "raise warning '%', new.doc");
        PGSimpleDataSource narrow = new PGSimpleDataSource();
        narrow.setUrl(database.jdbcUrl());
        narrow.setUser(database.user());
        narrow.setPassword(database.password());
        narrow.setSendBufferSize(NARROW);
        narrow.setReceiveBufferSize(NARROW);

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .target(narrow)
                .chunkSize(1000)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(MANY);
    }

    /** Before PostgreSQL 15 the server counts them there among its own, which those of constraints are everywhere. */
    @Test
    @Tag("catalogue")
    void areSeenWhereAPartitionHasThemFromTheTableThatItIsOf(CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(COUNT));
        database.execute("""
                create table shop (id text collate "C" primary key, rev text not null, doc jsonb not null,
                  unique (id, rev) deferrable, foreign key (id) references shop) partition by hash (id);
                create table part partition of shop for values with (modulus 1, remainder 0);
                """);
        trigger(database, "trigger", "after insert", "new.id = 'd013'", "delete from shop where id = new.id");
        Migration migration =
                Documents.builder().database("shop", TableName.of("part")).build();

        Result refused = migrator(migration, couch, database).run();
        List<String> warned = told.ofTriggers();
        drop(database);
        told.warned.clear();
        Result mended = migrator(migration, couch, database).run();

        assertThat(refused.failures()).isEmpty();
        assertThat(refused.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(told.rejected).containsOnlyKeys("d013");
        assertThat(warned).singleElement().asString().contains("table \"part\" has triggers (meddling):");
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(told.ofTriggers()).isEmpty();
        assertThat(Copies.rows(database)).isEqualTo(expected());
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return migrator(Copies.migration(), couch, database);
    }

    private Migrator migrator(Migration migration, CouchDouble couch, TestDatabase database) {
        return Copies.migrator(migration, couch, database, logs)
                .chunkSize(100)
                .listener(told)
                .build();
    }

    private static List<String> expected() {
        return IntStream.range(0, COUNT)
                .mapToObj(number -> Copies.id(number) + "=" + number)
                .toList();
    }

    private static void trigger(TestDatabase database, String kind, String event, String condition, String statement)
            throws SQLException {
        database.execute("""
                create function meddles() returns trigger language plpgsql as $$ begin %s; return new; end $$;
                create %s meddling %s on shop %s for each row when (%s) execute function meddles()
                """.formatted(
                statement, kind, event, kind.equals("trigger") ? "" : "deferrable initially deferred", condition));
    }

    private static void drop(TestDatabase database) throws SQLException {
        database.execute("drop trigger meddling on shop");
    }

    /** What a listener was told. */
    private static final class Told implements Listener {
        private final List<String> warned = new ArrayList<>();
        private final List<String> resolved = new ArrayList<>();
        private final Map<String, String> rejected = new HashMap<>();

        List<String> ofTriggers() {
            return warned.stream()
                    .filter(warning -> warning.contains("triggers"))
                    .toList();
        }

        @Override
        public void rejected(Rejection rejection) {
            rejected.put(rejection.id(), rejection.code() + ": " + rejection.reason());
        }

        @Override
        public void resolved(String stage, String id) {
            resolved.add(id);
        }

        @Override
        public void warned(String message) {
            warned.add(message);
        }
    }
}
