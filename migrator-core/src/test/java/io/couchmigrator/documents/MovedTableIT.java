// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Migration;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A database whose documents went into one table, and are to go into another one. */
@ExtendWith(MigratorExtension.class)
final class MovedTableIT {
    @TempDir
    private Path logs;

    @Test
    void isNotTakenForDone(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        assertThat(run("documents", false, couch, database).outcome()).isEqualTo(Outcome.COMPLETE);

        Result moved = run("shop", false, couch, database);
        assertThat(moved.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(moved.failures().get(0)).hasMessageContaining("documents").hasMessageContaining("reread(true)");

        Result again = run("shop", true, couch, database);
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(20);
        assertThat(database.query("select count(*) from documents")).containsExactly("20");
    }

    private Result run(String table, boolean reread, CouchDouble couch, TestDatabase database) {
        Migration migration =
                Documents.builder().database("shop", TableName.of(table)).build();
        return Copies.migrator(migration, couch, database, logs)
                .reread(reread)
                .build()
                .run();
    }
}
