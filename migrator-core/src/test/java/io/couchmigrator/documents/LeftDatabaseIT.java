// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Listener;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A database that earlier runs migrated, and that is not named any more. */
@ExtendWith(MigratorExtension.class)
final class LeftDatabaseIT {
    private static final String LEFT = "stage \"shelf\" is left as it is: the migration has none of this name any more";

    @TempDir
    private Path logs;

    private final List<String> warnings = new ArrayList<>();
    private CouchDouble couch;
    private TestDatabase database;
    private CouchDatabase shop;
    private CouchDatabase shelf;

    @BeforeEach
    void migrateBothWithAReject(CouchDouble couch, TestDatabase database) throws Exception {
        this.couch = couch;
        this.database = database;
        shop = couch.create("shop");
        shop.load(Copies.documents(20));
        shelf = couch.create("shelf");
        shelf.load(Copies.documents(20));
        JsonObject rejected = Copies.document("rejected", 1);
        rejected.addProperty("text", "\0");
        shelf.put(rejected);
        assertThat(run("shop", "shelf").outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        warnings.clear();
    }

    @Test
    void isLeftAsItIsAndTold() throws Exception {
        JsonObject before = saved("shelf");
        shelf.delete("d007");
        shop.put(Copies.document("new", 1));

        Result result = run("shop");

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.outstanding()).isZero();
        assertThat(warnings).containsExactly(LEFT);
        assertThat(saved("shelf")).isEqualTo(before);
        assertThat(database.query("select count(*) from shelf")).containsExactly("20");
        assertThat(database.query("select count(*) from shop")).containsExactly("21");
    }

    @Test
    void goesOnWhereItStoodOnceItIsNamedAgain() throws Exception {
        run("shop");
        shelf.delete("d007");
        shelf.put(Copies.document("d008", 800));

        Result result = run("shelf", "shop");

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(1);
        assertThat(result.tallies().read()).isEqualTo(3);
        assertThat(database.query("select id from shelf where id = 'd007' or doc ->> 'value' = '800'"))
                .containsExactly("d008");
        assertThat(warnings).containsExactly(LEFT);
    }

    @Test
    void isNotVerifiedEither() throws Exception {
        database.execute("delete from shelf");

        Result result = migrator("shop").verify();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(warnings).containsExactly(LEFT);
    }

    @Test
    void isLeftAsItIsWhereAllIsReadAgain() throws Exception {
        JsonObject before = saved("shelf");

        Result result = builder("shop").reread(true).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isEqualTo(20);
        assertThat(saved("shelf")).isEqualTo(before);
    }

    @Test
    void mayGiveWayToAnother() throws Exception {
        couch.create("stock").load(Copies.documents(3));

        Result result = run("stock");

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select count(*) from stock")).containsExactly("3");
        assertThat(warnings)
                .filteredOn(warning -> warning.contains(" is left as it is: "))
                .hasSize(2);
    }

    private Result run(String... databases) {
        return migrator(databases).run();
    }

    private Migrator migrator(String... databases) {
        return builder(databases).build();
    }

    private Migrator.Builder builder(String... databases) {
        Documents.Builder documents = Documents.builder();
        for (String name : databases) {
            documents.database(name, TableName.of(name));
        }
        return Copies.migrator(documents.build(), couch, database, logs).listener(new Listener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
            }
        });
    }

    private JsonObject saved(String stage) throws Exception {
        JsonObject file = JsonParser.parseString(Files.readString(logs.resolve("documents.offsets.json")))
                .getAsJsonObject();
        return file.getAsJsonArray("stages").asList().stream()
                .map(element -> element.getAsJsonObject())
                .filter(saved -> saved.get("name").getAsString().equals(stage))
                .findFirst()
                .orElseThrow();
    }
}
