// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TargetException;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A table that keeps the rows of documents that are deleted keeps no others. */
@ExtendWith(MigratorExtension.class)
final class KeptRowsIT {
    @TempDir
    private Path logs;

    @TempDir
    private Path others;

    @Test
    void areNotThoseOfDocumentsThatAreThereAndHaveNoneAnyMore(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(6));
        migrator(couch, database).build().run();

        shop.put(Copies.document("d002", -1));
        shop.put(Copies.document("d003", 0));
        shop.delete("d004");
        shop.purge("d005");
        Result result = migrator(couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(2);
        assertThat(Copies.rows(database)).containsExactly("d001=1", "d004=4", "d005=5");
    }

    @Test
    void areNoFindingsAndOthersAre(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        shop.put(Copies.document("d002", -1));
        shop.put(Copies.document("d003", 0));
        migrator(couch, database).build().run();
        shop.delete("d004");
        migrator(couch, database).build().run();
        Tampering.insert(database, List.of("d002", "d003"));

        Result found = migrator(couch, database).build().verify();
        Result run = migrator(couch, database).build().run();
        Result mended = migrator(couch, database).build().verify();

        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(found.tallies().verified().extra()).isEqualTo(2);
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d001=1", "d004=4");
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void areNotThoseOfDocumentsWhoseRowBelongsInAnotherDatabaseNow(
            CouchDouble couch, TestDatabase main, PostgresServer server) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        try (TestDatabase even = server.createDatabase();
                TestDatabase odd = server.createDatabase()) {
            Migrator.Builder migrator = migrator(couch, main).shards(Valued.shards(even, odd));
            migrator.build().run();

            shop.put(Copies.document("d002", 7));
            shop.delete("d004");
            Result moved = migrator.build().run();
            List<String> evens = Copies.rows(even);
            Tampering.insert(even, List.of("d002"));
            Result found = migrator.build().verify();

            assertThat(moved.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(evens).containsExactly("d004=4");
            assertThat(Copies.rows(odd)).containsExactly("d001=1", "d002=7", "d003=3");
            assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(found.tallies().verified().extra()).isEqualTo(1);
        }
    }

    /** With the log directory of before, with all that may be asked of it, and with one that knows nothing. */
    @Test
    void areNotLostWhereKeepingThemIsForgotten(CouchDouble couch, TestDatabase database) throws Exception {
        keepARow(couch, database);

        assertRefused(deleting(couch, database));
        assertRefused(deleting(couch, database).reread(true));
        assertRefused(deleting(couch, database).logDirectory(others));
        assertRefused(deleting(couch, database).startOver(true));
        assertRefused(deleting(couch, database).adopt(true));
        assertRefused(deleting(couch, database).logDirectory(others).adopt(true));

        assertThat(Copies.rows(database)).contains("d004=4").hasSize(4);
    }

    @Test
    void areNoFindingsWhereKeepingThemIsForgotten(CouchDouble couch, TestDatabase database) throws Exception {
        keepARow(couch, database);

        Result refused = deleting(couch, database).build().verify();

        assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(refused.failures()).singleElement().satisfies(KeptRowsIT::saysThatTheyWouldBeLost);
    }

    @Test
    void goWhereTheyAreGivenUp(CouchDouble couch, TestDatabase database) throws Exception {
        keepARow(couch, database);

        Result given = givingUp(couch, database).build().run();
        Result verified = deleting(couch, database).build().verify();
        Result again = deleting(couch, database).build().run();

        assertThat(given.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(given.tallies().deleted()).isEqualTo(1);
        assertThat(Copies.rows(database)).containsExactly("d001=1", "d002=2", "d003=3");
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().read()).isZero();
    }

    /** That they are given up is said once: the run that says it may be killed as soon as it has the table. */
    @Test
    void goAlsoWhereTheRunThatGivesThemUpEndsAtOnce(CouchDouble couch, TestDatabase database) throws Exception {
        keepARow(couch, database);
        FaultyDataSource failing = FaultyDataSource.around(database.dataSource());
        failing.script(JdbcFault.error("42501").on(JdbcStep.statements("for share")));

        Result given = givingUp(couch, database).target(failing).build().run();
        Result next = deleting(couch, database).build().run();

        assertThat(given.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d001=1", "d002=2", "d003=3");
    }

    @Test
    void areThoseOfDocumentsThatAreDeletedFromThenOn(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        deleting(couch, database).build().run();
        shop.delete("d003");
        deleting(couch, database).build().run();

        Result early = migrator(couch, database).build().verify();
        shop.delete("d004");
        Result kept = migrator(couch, database).build().run();
        Result verified = migrator(couch, database).build().verify();

        assertThat(early.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(early.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("does not keep the rows of documents that are deleted"));
        assertThat(kept.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(kept.tallies().read()).isEqualTo(1);
        assertThat(Copies.rows(database)).containsExactly("d001=1", "d002=2", "d004=4");
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private void keepARow(CouchDouble couch, TestDatabase database) {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        deleting(couch, database).build().run();
        shop.delete("d004");
        migrator(couch, database).build().run();
    }

    private static void assertRefused(Migrator.Builder migrator) {
        assertThat(migrator.build().check().faults()).singleElement().satisfies(KeptRowsIT::saysThatTheyWouldBeLost);
        Result result = migrator.build().run();
        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(KeptRowsIT::saysThatTheyWouldBeLost);
    }

    private static void saysThatTheyWouldBeLost(Throwable failure) {
        assertThat(failure)
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("table \"shop\" keeps the rows of documents that are deleted")
                .hasMessageContaining("give it, as the last run did, or have them deleted by run() with deletesKept()");
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Valued.migration(Valued.table().keepsDeleted().build()), couch, database, logs);
    }

    private Migrator.Builder givingUp(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Valued.migration(Valued.table().deletesKept().build()), couch, database, logs);
    }

    private Migrator.Builder deleting(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Valued.migration(Valued.table().build()), couch, database, logs);
    }
}
