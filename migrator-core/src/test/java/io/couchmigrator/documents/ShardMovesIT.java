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

/** Documents whose row belongs in another database of the target than before. */
@ExtendWith(MigratorExtension.class)
final class ShardMovesIT {
    @TempDir
    private Path logs;

    @Test
    void leaveTheRowWhereItWasUntilTheOtherDatabaseTakesIt(CouchDouble couch, TestDatabase main, PostgresServer server)
            throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        try (TestDatabase even = server.createDatabase();
                TestDatabase odd = server.createDatabase()) {
            Migrator.Builder migrator = Copies.migrator(
                            Valued.migration(Valued.table().build()), couch, main, logs)
                    .shards(Valued.shards(even, odd));
            migrator.build().run();
            odd.execute("alter table shop add constraint small check ((doc ->> 'value')::int < 7)");

            shop.put(Copies.document("d002", 7));
            shop.put(Copies.document("d004", 5));
            Result refused = migrator.build().run();
            odd.execute("alter table shop drop constraint small");

            assertThat(refused.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(refused.tallies().rejected()).isEqualTo(1);
            assertThat(Copies.rows(even)).containsExactly("d002=2");
            assertThat(Copies.rows(odd)).containsExactly("d001=1", "d003=3", "d004=5");
            assertThat(migrator.build().run().outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Copies.rows(even)).isEmpty();
            assertThat(Copies.rows(odd)).containsExactly("d001=1", "d002=7", "d003=3", "d004=5");
        }
    }

    @Test
    void areNotLookedForWhereTheRouterGoesByIdAndTheDocumentHasOne(
            CouchDouble couch, TestDatabase main, PostgresServer server) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(40));
        try (TestDatabase first = server.createDatabase();
                TestDatabase second = server.createDatabase()) {
            Migrator.Builder migrator =
                    Copies.migrator(Copies.migration(), couch, main, logs).shards(Valued.shards(first, second));
            Outcome filled = migrator.build().run().outcome();
            String moved = Copies.rows(second).get(0);
            String id = moved.substring(0, moved.indexOf('='));
            first.execute("insert into shop values ('%s', '1-x', '{\"value\": -1}')".formatted(id));

            shop.put(Copies.document(id, 100));
            shop.delete(Copies.rows(first).get(0).substring(0, 4));
            Result run = migrator.build().run();
            List<String> after = Copies.rows(first);
            Result found = migrator.build().verify();
            Outcome mended = migrator.build().run().outcome();

            assertThat(filled).isEqualTo(Outcome.COMPLETE);
            assertThat(run.tallies().deleted()).isOne();
            assertThat(after).contains(id + "=-1");
            assertThat(Copies.rows(second)).contains(id + "=100");
            assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(found.tallies().rows().extra()).isOne();
            assertThat(mended).isEqualTo(Outcome.COMPLETE);
            assertThat(migrator.build().verify().outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Copies.rows(first).size() + Copies.rows(second).size()).isEqualTo(39);
        }
    }
}
