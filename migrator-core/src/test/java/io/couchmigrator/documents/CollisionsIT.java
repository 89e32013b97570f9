// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Documents of which one wants what another one's row has, by a unique index that an operator added. */
@ExtendWith(MigratorExtension.class)
final class CollisionsIT {
    @TempDir
    private Path logs;

    @Test
    void swapAValueWithinABatchWhileOthersAreNotTouched(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database, 5);
        List<String> before = others(database);
        shop.put(Copies.document("d000", 1));
        shop.put(Copies.document("d001", 0));

        Result result = run(couch, database, 10);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(2);
        assertThat(result.tallies().deleted()).isZero();
        assertThat(Copies.rows(database)).containsExactly("d000=1", "d001=0", "d002=2", "d003=3", "d004=4");
        assertThat(others(database)).isEqualTo(before);
    }

    @Test
    void swapAValueBetweenBatchesInTheSameRun(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database, 5);
        shop.put(Copies.document("d000", 1));
        shop.put(Copies.document("d003", 30));
        shop.put(Copies.document("d001", 0));

        Result result = run(couch, database, 2);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=1", "d001=0", "d002=2", "d003=30", "d004=4");
    }

    @Test
    void leaveColumnsOfTheOperatorAloneInRowsThatPassAValueOn(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = copied(couch, database, 5);
        database.execute("alter table shop add note text; update shop set note = id");
        shop.put(Copies.document("d000", 1));
        shop.put(Copies.document("d001", 0));
        shop.put(Copies.document("d002", 3));
        shop.put(Copies.document("d003", 30));
        shop.put(Copies.document("d004", 40));

        Result result = run(couch, database, 10);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=1", "d001=0", "d002=3", "d003=30", "d004=40");
        assertThat(database.query("select coalesce(note, 'lost') from shop where id > 'd001' order by id"))
                .containsExactly("d002", "d003", "d004");
    }

    @Test
    void areNoRejectsBeforeTheirSecondTry(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database, 5);
        shop.put(Copies.document("d000", 1));
        shop.put(Copies.document("d003", 30));
        shop.put(Copies.document("d001", 0));

        Result swapped = migrator(couch, database, 2).maxRejects(0).build().run();
        shop.put(Copies.document("d001", 4));
        Result claimed = migrator(couch, database, 2).maxRejects(0).build().run();

        assertThat(swapped.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(claimed.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
    }

    /** Twenty of a thousand wait for values that others give up after them, or keep. */
    @Test
    void areNoPartOfTheRejectsBeforeTheirSecondTry(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database, 1_000);

        shop.load(IntStream.range(0, 1_000).mapToObj(i -> Copies.document(Copies.id(i), i < 20 ? 999 - i : 1_000 + i)));
        Result swapped =
                migrator(couch, database, 100).maxRejectedPercent(1).build().run();
        shop.load(
                IntStream.range(0, 1_000).mapToObj(i -> Copies.document(Copies.id(i), i < 20 ? 2_999 - i : 2_000 + i)));
        Result claimed =
                migrator(couch, database, 100).maxRejectedPercent(1).build().run();

        assertThat(swapped.failures()).isEmpty();
        assertThat(swapped.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(claimed.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(claimed.outstanding()).isEqualTo(20);
    }

    @Test
    void takeAValueThatIsGivenUpLaterInTheSameRun(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database, 5);
        shop.put(Copies.document("d001", 4));
        shop.delete("d004");

        Result result = run(couch, database, 1);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=0", "d001=4", "d002=2", "d003=3");
    }

    @Test
    void areRejectedByTheNameOfTheConstraintWhileBothClaimOneValue(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = copied(couch, database, 5);
        shop.put(Copies.document("d001", 4));

        Result claimed = run(couch, database, 10);
        shop.put(Copies.document("d004", 40));
        Result givenUp = run(couch, database, 10);

        assertThat(claimed.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(claimed.tallies().rejected()).isEqualTo(1);
        assertThat(Files.readString(logs.resolve("documents.rejects.jsonl")))
                .contains("SQLSTATE 23505 on constraint shop_value of table shop");
        assertThat(givenUp.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=0", "d001=4", "d002=2", "d003=3", "d004=40");
    }

    @Test
    void areToldApartWhereTheConstraintIsDeferred(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        database.execute("alter table shop add v int generated always as ((doc ->> 'value')::int) stored,"
                + " add unique (v) deferrable initially deferred");
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        shop.put(Copies.document("e", 3));

        Result result = run(couch, database, 10);

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies().rejected()).isEqualTo(1);
        assertThat(Copies.rows(database)).hasSize(5).contains("d003=3");
    }

    private static List<String> others(TestDatabase database) throws Exception {
        return database.query("select id || xmin || ctid from shop where id not in ('d000', 'd001')");
    }

    private CouchDatabase copied(CouchDouble couch, TestDatabase database, int count) throws Exception {
        Copies.createTable(database);
        database.execute("create unique index shop_value on shop ((doc ->> 'value'))");
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(count));
        assertThat(run(couch, database, 10).outcome()).isEqualTo(Outcome.COMPLETE);
        return shop;
    }

    private Result run(CouchDouble couch, TestDatabase database, int chunkSize) {
        return migrator(couch, database, chunkSize).build().run();
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, int chunkSize) {
        return Copies.migrator(Copies.migration(), couch, database, logs).chunkSize(chunkSize);
    }
}
