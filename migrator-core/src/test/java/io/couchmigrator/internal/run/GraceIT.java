// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.Listener;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
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

/** Stops that find PostgreSQL with something in hand, for which it alone would take for ever. */
@ExtendWith(MigratorExtension.class)
@Timeout(120)
final class GraceIT {
    private static final Duration NONE = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int COUNT = 50;

    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Listening listening = new Listening();

    @TempDir
    private Path logs;

    @BeforeEach
    void create(CouchDouble couch, TestDatabase database) throws SQLException {
        couch.create("orders").load(IntStream.range(0, COUNT).mapToObj(SmallRun::document));
        create(database);
    }

    @Test
    void finishesAndSavesTheBatchInHandWhereItIsDoneInTime(CouchDouble couch, TestDatabase database) throws Exception {
        try (Connection holder = database.dataSource().getConnection()) {
            Run run = lockedOut(couch, database, holder, LONG);
            CompletableFuture<Result> ending = CompletableFuture.supplyAsync(run::run);
            await().atMost(LONG).until(() -> isWaiting(database));

            run.stop();
            await().atMost(LONG).until(() -> !warnings.isEmpty());
            boolean waitsStill = isWaiting(database);
            holder.rollback();
            Result stopped = ending.join();
            Result next = run(couch, database.dataSource(), LONG).run();

            assertThat(waitsStill).isTrue();
            assertThat(warnings)
                    .containsExactly(
                            "Stopping: PostgreSQL is given 60 s for what it has in hand; then that is rolled back, unless it is being committed.");
            assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(stopped.tallies().written()).isPositive();
            assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(stopped.tallies().read() + next.tallies().read()).isEqualTo(COUNT);
            assertThat(stopped.tallies().written() + next.tallies().written()).isEqualTo(COUNT);
        }
    }

    @Test
    void rollsTheBatchInHandBackWhereALockStays(CouchDouble couch, TestDatabase database) throws Exception {
        try (Connection holder = database.dataSource().getConnection()) {
            Run run = lockedOut(couch, database, holder, NONE);
            CompletableFuture<Result> ending = CompletableFuture.supplyAsync(run::run);
            await().atMost(LONG).until(() -> isWaiting(database));

            run.stop();
            Result stopped = ending.join();
            boolean waitsStill = isWaiting(database);
            holder.rollback();
            Result next = run(couch, database.dataSource(), LONG).run();

            assertThat(waitsStill).isFalse();
            assertThat(stopped.failures()).isEmpty();
            assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(stopped.tallies().written()).isZero();
            assertThat(stopped.outstanding()).isZero();
            assertThat(warnings).last().asString().startsWith("PostgreSQL did not finish what it had in hand");
            assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(next.tallies().written()).isEqualTo(COUNT);
        }
    }

    /** As where a standby is away that commits wait for. */
    @Test
    void doesNotSayThatACommitIsRolledBack(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("create table shops (id int primary key); insert into shops values (1);"
                + "alter table orders add shop int default 1 references shops deferrable initially deferred");
        try (Connection holder = database.dataSource().getConnection()) {
            holder.setAutoCommit(false);
            execute(holder, "select id from shops for update");
            Run run = run(couch, database.dataSource(), NONE);
            CompletableFuture<Result> ending = CompletableFuture.supplyAsync(run::run);
            await().atMost(LONG).until(() -> isWaiting(database));

            run.stop();
            Result stopped = ending.join();
            holder.rollback();
            await().atMost(LONG)
                    .until(() -> !database.query("select 1 from orders").isEmpty());
            Result next = run(couch, database.dataSource(), LONG).run();

            assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(warnings)
                    .containsExactly(
                            "Stopping: PostgreSQL is given 0 s for what it has in hand; then that is rolled back, unless it is being committed.",
                            "PostgreSQL did not finish a commit within 0 s of the stop: what is in it may be committed; it is read again the next time.");
            assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(next.tallies().alreadyThere()).isPositive();
            assertThat(next.tallies().read()).isEqualTo(COUNT);
        }
    }

    /** Not one process of the server runs any more, so that nobody answers to a request to cancel either. */
    @Test
    void waitsForNoAnswerOfASilentServer(CouchDouble couch) throws Exception {
        try (PostgresServer server = PostgresServer.start();
                TestDatabase database = server.createDatabase()) {
            create(database);
            Run run = run(couch, database.dataSource(), NONE);
            List<Long> processes = new ArrayList<>();
            listening.onStart = () -> {
                processes.addAll(processes(database));
                signal("-STOP", processes);
                run.stop();
            };
            Result stopped;
            try {
                stopped = run.run();
            } finally {
                signal("-CONT", processes);
            }
            Result next = run(couch, database.dataSource(), LONG).run();

            assertThat(stopped.failures()).isEmpty();
            assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(next.tallies().written()).isEqualTo(COUNT);
        }
    }

    @Test
    void waitsForNoConnectionThatDoesNotCome(CouchDouble couch, TestDatabase database) throws Exception {
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Run run = run(couch, target, NONE);
        listening.onStart = () -> {
            target.script(JdbcFault.stall().on(JdbcStep.connects()));
            target.script(JdbcFault.cut().on(JdbcStep.statements("insert into")).once());
        };
        CompletableFuture<Result> ending = CompletableFuture.supplyAsync(run::run);
        target.awaitStalled(1, LONG);

        run.stop();
        Result stopped = ending.join();
        target.heal();

        assertThat(stopped.failures()).isEmpty();
        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
    }

    @Test
    void isNotGivenToACheck(CouchDouble couch, TestDatabase database) throws Exception {
        try (Connection holder = database.dataSource().getConnection()) {
            lock(holder);
            CheckRun check = new CheckRun(SmallRun.settings(couch.url(), database.dataSource(), logs, listening), LONG);
            CompletableFuture<?> ending = CompletableFuture.supplyAsync(check::check);
            await().atMost(LONG).until(() -> isWaiting(database));

            check.stop();

            assertThatThrownBy(ending::join).hasCauseInstanceOf(CancellationException.class);
            assertThat(isWaiting(database)).isFalse();
        }
    }

    /** Returns a run that meets a lock of somebody else at its first batch. */
    private Run lockedOut(CouchDouble couch, TestDatabase database, Connection holder, Duration grace) {
        listening.onStart = () -> lock(holder);
        return run(couch, database.dataSource(), grace);
    }

    private Run run(CouchDouble couch, DataSource target, Duration grace) {
        Settings settings = SmallRun.settings(couch.url(), target, logs, listening);
        return new Run(settings, new Migrating(settings), LONG, grace);
    }

    /** A limit of the server's own stays, so that no lock is given up for its time. */
    private static void create(TestDatabase database) throws SQLException {
        database.execute(SmallRun.TABLE + "; alter database %s set lock_timeout = '1h'".formatted(database.name()));
    }

    private static void lock(Connection holder) {
        try {
            holder.setAutoCommit(false);
            execute(holder, "lock table orders in access exclusive mode");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isWaiting(TestDatabase database) throws SQLException {
        return !database.query("select pid from pg_stat_activity where datname = current_database()"
                        + " and wait_event_type = 'Lock'")
                .isEmpty();
    }

    /** Returns the processes of a server that serve its clients, and the one that begins them. */
    private static List<Long> processes(TestDatabase database) {
        try {
            List<Long> processes = new ArrayList<>();
            for (String pid : database.query("select pid from pg_stat_activity where backend_type = 'client backend'"
                    + " and pid <> pg_backend_pid()")) {
                processes.add(Long.valueOf(pid));
            }
            ProcessHandle backend = ProcessHandle.of(processes.get(0)).orElseThrow();
            processes.add(backend.parent().orElseThrow().pid());
            return processes;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void signal(String signal, List<Long> processes) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(pid -> command.add(String.valueOf(pid)));
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                    .isZero();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does something once, when the first document is about to be read. */
    private final class Listening implements Listener {
        private @Nullable Runnable onStart;

        @Override
        public void stageStarted(Progress progress, Path migrationLog) {
            Runnable first = onStart;
            onStart = null;
            if (first != null) {
                first.run();
            }
        }

        @Override
        public void warned(String message) {
            warnings.add(message);
        }
    }
}
