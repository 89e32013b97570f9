// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.Running;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Copies that fail, stop or find a row of somebody else once their rows are sent: no row is lost, and none is counted twice. */
@ExtendWith(MigratorExtension.class)
final class CopyFaultsIT {
    private static final int COUNT = 30;

    @TempDir
    private Path logs;

    @BeforeEach
    void create(CouchDouble couch, TestDatabase database) throws SQLException {
        couch.create("shop").load(Copies.documents(COUNT));
        Copies.createTable(database);
    }

    static Stream<JdbcFault> everyFault() {
        return Stream.of(JdbcFault.error("40001"), JdbcFault.error("XX000"), JdbcFault.terminate(), JdbcFault.cut())
                .flatMap(fault -> Stream.of(fault, fault.afterwards()));
    }

    @ParameterizedTest
    @MethodSource("everyFault")
    void pass(JdbcFault fault, CouchDouble couch, TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        ScriptedFault scripted = target.script(fault.on(JdbcStep.copies()).once());

        Result result = migrator(couch, database, target).build().run();

        assertThat(scripted.hits()).isOne();
        assertComplete(result, COUNT, database);
    }

    @Test
    void areMergedWhereARowOfSomebodyElseCameMeanwhile(CouchDouble couch, TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        ScriptedFault scripted = target.script(JdbcFault.meanwhile("insert into shop values ('d013', '1-0', '{}')")
                .on(JdbcStep.copies())
                .once());

        Result result = migrator(couch, database, target).build().run();

        assertThat(scripted.hits()).isOne();
        assertComplete(result, COUNT, database);
    }

    /** Where the server waits for the other transaction, the rows are sent, and the copy has not ended. */
    @Test
    void areRolledBackByAStop(CouchDouble couch, TestDatabase database) throws Exception {
        try (Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("insert into shop values ('d013', '1-0', '{}')");
            Running running =
                    migrator(couch, database, database.dataSource()).build().start();
            await().atMost(Duration.ofMinutes(1))
                    .until(
                            () -> database.query(
                                            "select query from pg_stat_activity where wait_event_type = 'Lock' and query like 'copy%'")
                                    .size(),
                            size -> size == 1);

            running.stop();
            Result stopped = running.result();
            other.rollback();
            List<String> kept = Copies.rows(database);
            Result next =
                    migrator(couch, database, database.dataSource()).build().run();

            assertThat(stopped.failures()).isEmpty();
            assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(kept).hasSizeLessThan(10).hasSize((int) stopped.tallies().written());
            assertComplete(next, COUNT - kept.size(), database);
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, DataSource target) {
        return Copies.migrator(Copies.migration(), couch, database, logs)
                .target(target)
                .chunkSize(100);
    }

    private static void assertComplete(Result result, int written, TestDatabase database) throws SQLException {
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(written);
        assertThat(Copies.rows(database)).hasSize(COUNT).contains("d013=13");
    }
}
