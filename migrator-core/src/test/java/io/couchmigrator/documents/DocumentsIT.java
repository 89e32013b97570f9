// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Migration;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.Tallies;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Documents of a database, as they are, in a table of their own. */
@ExtendWith(MigratorExtension.class)
final class DocumentsIT {
    @TempDir
    private Path logs;

    @Test
    void comeWithAllThatTheyHoldAndWithoutDesignDocuments(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        JsonObject full = Copies.document("full", 1);
        full.addProperty("text", "ü \u2028 \ud83d\ude00 \\u0000");
        full.add("nested", Copies.document("x", 2));
        String rev = shop.put(full);
        shop.put(Copies.document("_design/views", 3));

        Result result = run(Copies.migration(), couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies()).isEqualTo(new Tallies(2, 1, 1, 0, 1, 0));
        full.addProperty("_rev", rev);
        assertThat(database.query("select id || ' ' || rev from shop")).containsExactly("full " + rev);
        assertThat(database.query("select doc = '%s'::jsonb from shop"
                        .formatted(full.toString().replace("'", "''"))))
                .containsExactly("t");
    }

    @Test
    void areChangedAndDeletedAsTheirDocumentsAreWhileOthersAreNotTouched(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(50));
        run(Copies.migration(), couch, database);
        List<String> before = database.query("select id || xmin || ctid from shop where id not in ('d007', 'd008')");

        shop.delete("d007");
        shop.put(Copies.document("d008", 800));
        shop.put(Copies.document("new", 1));
        Result result = run(Copies.migration(), couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(2);
        assertThat(result.tallies().deleted()).isEqualTo(1);
        assertThat(Copies.rows(database))
                .hasSize(50)
                .contains("d008=800", "new=1")
                .doesNotContain("d007=7");
        assertThat(database.query("select id || xmin || ctid from shop where id not in ('d008', 'new')"))
                .isEqualTo(before);
    }

    @Test
    void goIntoATableThatSomebodyCreatedBeforehand(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(
                "create table shop (id text collate \"C\" primary key, rev text not null, doc jsonb not null, seen timestamptz default now())");
        couch.create("shop").load(Copies.documents(5));

        Result result = run(Copies.migration(), couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(5);
    }

    @Test
    void stayWhereDeletedOnesAreToBeKept(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        Migration keeping = Documents.builder()
                .database("shop", TableName.of("shop"))
                .keepsDeleted()
                .build();
        run(keeping, couch, database);

        shop.delete("d003");
        Result result = run(keeping, couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(5);
    }

    @Test
    void areRejectedWhereATriggerKeepsTheRowsOfThoseThatAreDeleted(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(20));
        run(Copies.migration(), couch, database);
        database.execute(
                "create function keep() returns trigger language plpgsql as 'begin return null; end';"
                        + " create trigger keep before delete on shop for each row when (old.id = 'd003') execute function keep()");

        shop.delete("d003");
        shop.delete("d004");
        Result refused = run(Copies.migration(), couch, database);
        database.execute("drop trigger keep on shop");
        Result mended = run(Copies.migration(), couch, database);

        assertThat(refused.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(refused.tallies().deleted()).isEqualTo(1);
        assertThat(logs.resolve("documents.rejects.jsonl"))
                .content()
                .contains(
                        "a row that was to be deleted is still there: a trigger or a rule of table \\\"shop\\\" keeps it");
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(18).doesNotContain("d003=3", "d004=4");
    }

    private Result run(Migration migration, CouchDouble couch, TestDatabase database) {
        return Copies.migrator(migration, couch, database, logs).build().run();
    }
}
