// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A table that is another one than before, or that somebody else had in between. */
@ExtendWith(MigratorExtension.class)
final class MovedTableIT {
    @TempDir
    private Path logs;

    @TempDir
    private Path others;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void isReadAgainForAnotherTableAndForTheOldOneOnceItIsNamedAgain(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(20));
        assertThat(run(logs, "documents", couch, database).outcome()).isEqualTo(Outcome.COMPLETE);

        Result moved = run(logs, "shop", couch, database);
        assertThat(moved.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(warnings).singleElement().asString().matches("""
                Stage "shop" is read again from its beginning: its table is another one than before: \
                seen "shop" with oid \\d+, expected "documents" with oid \\d+ as the offset file says\\. Rows that are right are not touched\\.""");
        assertThat(Copies.rows(database)).hasSize(20);
        shop.put(Copies.document("d003", 300));
        shop.delete("d004");
        assertThat(run(logs, "shop", couch, database).outcome()).isEqualTo(Outcome.COMPLETE);

        Result back = run(logs, "documents", couch, database);
        assertThat(back.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select id || (doc ->> 'value') from documents order by id"))
                .isEqualTo(database.query("select id || (doc ->> 'value') from shop order by id"))
                .hasSize(19)
                .contains("d003300");
    }

    /** That other run may have been of another server whose databases have no time of creation, or of other rules. */
    @Test
    void isReadAgainWhereARunOfAnotherLogDirectoryHadTheTableInBetween(CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, "shop", couch, database);
        run(others, "shop", couch, database);
        database.execute("delete from shop where id = 'd007'");

        Result result = run(logs, "shop", couch, database);
        Result unchanged = run(logs, "shop", couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isEqualTo(20);
        assertThat(Copies.rows(database)).hasSize(20);
        assertThat(unchanged.tallies().read()).isZero();
    }

    @Test
    void isNotTheirsWhereSomebodyElseMadeATableOfTheSameName(CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, "shop", couch, database);
        database.execute("drop table shop");
        Copies.createTable(database);
        database.execute("insert into shop values ('theirs', '1-0', '{}')");

        Result result = run(others, "shop", couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures().get(0)).hasMessageContaining("adopt(true)");
        assertThat(database.query("select id from shop")).containsExactly("theirs");
    }

    private Result run(Path directory, String table, CouchDouble couch, TestDatabase database) {
        Migration migration =
                Documents.builder().database("shop", TableName.of(table)).build();
        return Copies.migrator(migration, couch, database, directory)
                .listener(new Listener() {
                    @Override
                    public void warned(String message) {
                        warnings.add(message);
                    }
                })
                .build()
                .run();
    }
}
