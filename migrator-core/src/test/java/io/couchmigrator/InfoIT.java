// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Phase;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(MigratorExtension.class)
final class InfoIT {
    private static final int COUNT = 5_000;
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path logs;

    /** Offsets that were saved before their rows are committed would tell of a batch whose commit one worker waits for. */
    @Test
    void neverTellsOfMoreDocumentsThanTheTableHolds(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create table commits (at timestamptz not null)");
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Running run = Orders.migrator(Orders.migration(), couch, database, logs)
                .target(target)
                .workers(2)
                .listener(new Listener() {
                    @Override
                    public void stageStarted(Progress progress, Path migrationLog) {
                        target.script(JdbcFault.stall().on(JdbcStep.commits()).nth(3));
                        target.script(JdbcFault.stall().on(JdbcStep.commits()).after(4));
                        target.script(JdbcFault.meanwhile("insert into commits values (clock_timestamp())")
                                .on(JdbcStep.commits()));
                    }
                })
                .build()
                .start();

        target.awaitStalled(2, LONG);
        long held = rows(database);
        Instant last =
                Instant.parse(database.query("select to_json(max(at) at time zone 'utc') #>> '{}' || 'Z' from commits")
                        .get(0));
        MigrationInfo during = await().atMost(LONG).until(this::info, info -> isSavedSince(last, info));
        target.heal();
        run.result().orThrow();

        assertThat(during.state()).isEqualTo(State.RUNNING);
        assertThat(during.migration().all().total()).hasValue(COUNT);
        assertThat(during.migration().all().done()).isPositive().isLessThanOrEqualTo(held);
        assertThat(info().migration().all().done()).isEqualTo(COUNT).isEqualTo(rows(database));
    }

    @Test
    void countsWhatIsDoneAsTheVerdictDoes(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 250, number -> number % 25 == 7);
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        Result result = migrator.run().orThrow();

        assertThat(migrator.info().state()).isEqualTo(State.COMPLETE);
        StageReach orders = migrator.info().migration().stages().get(0);
        assertThat(orders.done()).isEqualTo(240).isEqualTo(rows(database)).isEqualTo(result.done());
        assertThat(orders.rejects()).isEqualTo(10).isEqualTo(result.outstanding());
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
        assertThat(run.saved()).isTrue();
        assertThat(run.error()).hasValue(result.failures().get(0).getMessage());
        assertThat(run.settings())
                .containsEntry("purpose", "migrate")
                .containsEntry("chunk_size", BigDecimal.valueOf(100));
        StageReach orders = info.migration().stages().get(0);
        assertThat(orders.phase()).isEqualTo(Phase.READING);
        assertThat(orders.done()).isEqualTo(rows(database));
        assertThat(orders.left()).hasValue(250 - rows(database));
    }

    private MigrationInfo info() {
        return MigrationInfo.of(logs, "orders");
    }

    private static boolean isSavedSince(Instant then, MigrationInfo info) {
        return info.migration().checkpoint().filter(then::isBefore).isPresent();
    }

    private static long rows(TestDatabase database) {
        try {
            return Long.parseLong(database.query("select count(*) from orders").get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
