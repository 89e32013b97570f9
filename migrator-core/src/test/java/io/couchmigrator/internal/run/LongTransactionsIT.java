// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.CheckReport;
import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Listener.Wait.Kind;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** What is told of transactions that take long, while they do. */
@ExtendWith(MigratorExtension.class)
@Timeout(120)
final class LongTransactionsIT {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Listening listening = new Listening();

    @TempDir
    private Path logs;

    @BeforeEach
    void create(CouchDouble couch, TestDatabase database) throws SQLException {
        couch.create("orders").load(IntStream.range(0, 50).mapToObj(SmallRun::document));
        database.execute(SmallRun.TABLE + "; alter database %s set lock_timeout = '1h'".formatted(database.name()));
    }

    /** A pause keeps the run from its end, which would come sooner than the next look. */
    @Test
    void nameTheTableThatIsLockedAndWhoHoldsItUntilThatIsOverAndAnewTheNextTime(
            CouchDouble couch, TestDatabase database) throws Exception {
        Path throttle = logs.resolve("orders.throttle");
        try (Connection holder = database.dataSource().getConnection()) {
            listening.onStart = () -> execute(holder, "begin; lock table orders in access exclusive mode");
            CompletableFuture<Result> ending = begin(couch, database.dataSource());
            await().atMost(LONG).until(() -> waits().contains(Kind.LOCK));
            Files.writeString(throttle, "pause");
            await().atMost(LONG).until(() -> waits().contains(Kind.PAUSE));
            execute(holder, "rollback");
            await().atMost(LONG).until(() -> waits().equals(List.of(Kind.PAUSE)));
            execute(holder, "begin; lock table orders in access exclusive mode");
            Files.delete(throttle);
            await().atMost(LONG).until(() -> waits().equals(List.of(Kind.LOCK)));
            execute(holder, "rollback");

            assertThat(ending.join().outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(listening.told.get(0))
                    .startsWith("PostgreSQL: a lock on orders that server process %s (user migrator_test_"
                            .formatted(process(holder)))
                    .endsWith(
                            ", application \"PostgreSQL JDBC Driver\", host 127.0.0.1) holds: to end it, select pg_terminate_backend(%s)"
                                    .formatted(process(holder)));
            assertThat(listening.told).hasSize(2);
        }
    }

    @Test
    void areToldOfWhereAStatementTakesItsTime(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("create function slow() returns trigger language plpgsql as $$ begin"
                + " while not pg_try_advisory_xact_lock(15) loop perform pg_sleep(0.05); end loop; return null; end $$;"
                + " create trigger slow after insert on orders execute function slow()");
        try (Connection holder = database.dataSource().getConnection()) {
            execute(holder, "select pg_advisory_lock(15)");
            CompletableFuture<Result> ending = begin(couch, database.dataSource());
            await().atMost(LONG).until(() -> !listening.told.isEmpty());
            execute(holder, "select pg_advisory_unlock(15)");
            Result result = ending.join();

            assertThat(listening.told).containsExactly("PostgreSQL: a statement that takes long");
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        }
    }

    /** As where a pool has no connection more than the run has borrowed. */
    @Test
    void areToldOfWhereNobodyCanBeAskedWhatTheyWaitFor(CouchDouble couch, TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        try (Connection holder = database.dataSource().getConnection()) {
            listening.onStart = () -> {
                execute(holder, "begin; lock table orders in access exclusive mode");
                target.script(JdbcFault.error("53300").on(JdbcStep.connects()));
            };
            CompletableFuture<Result> ending = begin(couch, target);
            await().atMost(LONG).until(() -> !listening.told.isEmpty());
            execute(holder, "rollback");
            Result result = ending.join();

            assertThat(listening.told).containsExactly("PostgreSQL: something that it cannot be asked for just now");
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        }
    }

    /** As where somebody takes the last connection meanwhile. */
    @Test
    void areNotOverWhereNobodyCanBeAskedAnyMore(CouchDouble couch, TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        try (Connection holder = database.dataSource().getConnection()) {
            listening.onStart = () -> execute(holder, "begin; lock table orders in access exclusive mode");
            CompletableFuture<Result> ending = begin(couch, target);
            await().atMost(LONG).until(() -> waits().equals(List.of(Kind.LOCK)));
            ScriptedFault refused = target.script(JdbcFault.error("53300").on(JdbcStep.connects()));
            await().atMost(LONG).until(() -> refused.hits() > 1);
            assertThat(waits()).containsExactly(Kind.LOCK);
            target.heal();
            execute(holder, "rollback");

            assertThat(ending.join().outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(listening.told).hasSize(1);
        }
    }

    @Test
    void areToldOfWhileAllIsChecked(CouchDouble couch, TestDatabase database) throws Exception {
        try (Connection holder = database.dataSource().getConnection()) {
            execute(holder, "begin; lock table orders in access exclusive mode");
            CompletableFuture<CheckReport> ending = CompletableFuture.supplyAsync(
                    new CheckRun(SmallRun.settings(couch.url(), database.dataSource(), logs, listening), LONG)::check);
            await().atMost(LONG).until(() -> !listening.told.isEmpty());
            execute(holder, "rollback");
            CheckReport report = ending.join();

            assertThat(listening.told.get(0)).startsWith("PostgreSQL: a lock on orders that server process");
            assertThat(report.faults()).isEmpty();
        }
    }

    private CompletableFuture<Result> begin(CouchDouble couch, DataSource target) {
        return CompletableFuture.supplyAsync(
                Run.toMigrate(SmallRun.settings(couch.url(), target, logs, listening))::run);
    }

    private List<Kind> waits() {
        return MigrationInfo.of(logs, "orders").migration().latest().stream()
                .flatMap(run -> run.waits().stream())
                .map(Wait::kind)
                .toList();
    }

    private static int process(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    private static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Listening implements Listener {
        private final List<String> told = new CopyOnWriteArrayList<>();
        private volatile @Nullable Runnable onStart;

        @Override
        public void stageStarted(Progress progress, Path migrationLog) {
            Runnable first = onStart;
            onStart = null;
            if (first != null) {
                first.run();
            }
        }

        @Override
        public void waiting(Wait wait) {
            if (wait.kind() != Kind.PAUSE) {
                told.add(wait.on() + ": " + wait.cause());
            }
        }
    }
}
