// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Small documents of which many rows are made. */
@ExtendWith(MigratorExtension.class)
final class ManyRowsIT {
    private static final int ROWS = 25_000;

    @TempDir
    private Path logs;

    @Test
    void areWrittenBeforeTheyAreMoreThanAWorkerMayHold(CouchDouble couch, TestDatabase database) throws Exception {
        // One worker holds a 32nd of the heap, and a row counts for 500 bytes.
        long held = Runtime.getRuntime().maxMemory() / 32 / 500;
        int documents = (int) Math.max(90, 3 * held / ROWS);
        Orders.create(couch, database, documents);
        AtomicInteger largest = new AtomicInteger();
        Migration migration = migration(stage().writer((connection, changes) -> {
            int rows = Change.rows(changes).size();
            largest.accumulateAndGet(rows, Math::max);
            return rows;
        }));

        Result result = Orders.migrator(migration, couch, database, logs)
                .chunkSize(1_000)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo((long) documents * ROWS);
        assertThat((long) largest.get()).isLessThanOrEqualTo(held + ROWS);
    }

    @Test
    void areWrittenInOneTransactionWhereTheyAreOfOneDocument(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 1);
        database.execute("create table lines (id text primary key, written xid8 default pg_current_xact_id())");
        Migration migration = migration(stage().upsert(
                        Upsert.<String>into("lines").key("id", line -> line).build()));

        Result result =
                Orders.migrator(migration, couch, database, logs).build().run();
        Result verified =
                Orders.migrator(migration, couch, database, logs).build().verify();

        assertThat(result.tallies().written()).isEqualTo(ROWS);
        assertThat(database.query("select count(*) || ' in ' || count(distinct written) from lines"))
                .containsExactly(ROWS + " in 1");
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private static DocumentStage.Builder<String> stage() {
        return DocumentStage.<String>builder("orders").transform((order, context) -> IntStream.range(0, ROWS)
                .mapToObj(line -> order.id() + "/" + line)
                .toList());
    }

    private static Migration migration(DocumentStage.Builder<String> stage) {
        return Orders.migration(stage.build());
    }
}
