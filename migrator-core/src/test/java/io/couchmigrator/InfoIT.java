// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Phase;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(MigratorExtension.class)
final class InfoIT {
    private static final int COUNT = 5_000;
    private static final int REJECTED = 10;

    @TempDir
    private Path logs;

    @Test
    void neverTellsOfMoreDocumentsThanTheTableHolds(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT, number -> number % (COUNT / REJECTED) == 7);
        List<MigrationInfo> seen = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        Migrator migrator = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(2)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        seen.add(MigrationInfo.of(logs, "orders"));
                        rows.add(rows(database));
                    }
                })
                .build();

        migrator.run().orThrow();

        assertThat(seen).hasSizeGreaterThan(COUNT / 100 - 1).allSatisfy(info -> {
            assertThat(info.state()).isEqualTo(State.RUNNING);
            assertThat(info.migration().all().total()).hasValue(COUNT);
            assertThat(info.migration().all().done()).isLessThanOrEqualTo(rows.get(seen.indexOf(info)));
        });
        assertThat(migrator.info().state()).isEqualTo(State.COMPLETE);
        StageReach orders = migrator.info().migration().stages().get(0);
        assertThat(orders.done()).isEqualTo(COUNT - REJECTED).isEqualTo(rows(database));
        assertThat(orders.rejects()).isEqualTo(REJECTED);
        assertThat(orders.left()).hasValue(0);
        assertThat(orders.completed()).isPresent();
    }

    @Test
    void tellsWhyTheLatestRunFailedAndWhatItHadLeft(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 250);
        couch.script(Fault.status(400).on(Requests.pages()).after(1));
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        Result result = migrator.run();

        MigrationInfo info = migrator.info();
        assertThat(info.state()).isEqualTo(State.FAILED);
        LatestRun run = info.migration().latest().orElseThrow();
        assertThat(run.outcome()).hasValue(result.outcome()).hasValue(Outcome.SOURCE_FAILED);
        assertThat(run.error()).hasValue(result.failures().get(0).getMessage());
        assertThat(run.settings())
                .containsEntry("purpose", "migrate")
                .containsEntry("chunk_size", BigDecimal.valueOf(100));
        StageReach orders = info.migration().stages().get(0);
        assertThat(orders.phase()).isEqualTo(Phase.READING);
        assertThat(orders.done()).isEqualTo(rows(database));
        assertThat(orders.left()).hasValue(250 - rows(database));
    }

    private static long rows(TestDatabase database) {
        try {
            return Long.parseLong(database.query("select count(*) from orders").get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
