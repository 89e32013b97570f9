// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
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

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Valued.migration(Valued.table().keepsDeleted().build()), couch, database, logs);
    }
}
