// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a failing target comes to: whatever passes loses no row, and doubles none where a commit's answer was lost. */
@ExtendWith(MigratorExtension.class)
final class TargetFaultsIT {
    /** Faults in a row make pauses that grow: it is not their length that these tests are about. */
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final int COUNT = 1_000;
    private static final Predicate<JdbcStep> INSERTS = JdbcStep.statements("insert into");

    private static final List<JdbcFault> PASSING = List.of(
            JdbcFault.terminate(),
            JdbcFault.cut(),
            JdbcFault.error("40001"),
            JdbcFault.error("40P01"),
            JdbcFault.error("08006"),
            JdbcFault.error("25006"),
            JdbcFault.error("53300"),
            JdbcFault.error("53100"),
            JdbcFault.error("55P03"),
            JdbcFault.error("57014"),
            JdbcFault.error("57P01"),
            JdbcFault.error("58030"));

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    static Stream<Arguments> everyFaultOfEveryStep() {
        Stream<Arguments> beginnings = PASSING.stream()
                .map(fault -> arguments(fault + ": beginning", fault, JdbcStep.statements("set_config")));
        Stream<Arguments> others = PASSING.stream()
                .flatMap(fault -> Stream.of(fault, fault.afterwards()))
                .flatMap(fault -> Stream.of(
                        arguments(fault + ": insert", fault, INSERTS),
                        arguments(fault + ": commit", fault, JdbcStep.commits())));
        return Stream.concat(beginnings, others);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyFaultOfEveryStep")
    void passes(String name, JdbcFault fault, Predicate<JdbcStep> steps, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Scripts scripts = new Scripts(target, 301, List.of(fault.on(steps).once()));

        Result result =
                migrator(couch, database, target).listener(scripts).build().run();

        assertThat(scripts.hits()).as(name).isEqualTo(1);
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isEqualTo(COUNT);
        assertThat(result.tallies().written() + result.tallies().alreadyThere()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"42501", "3F000", "28000"})
    void endsTheRunAtOnceAndTheNextGoesOnFromThere(String sqlState, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Scripts scripts =
                new Scripts(target, 301, List.of(JdbcFault.error(sqlState).on(INSERTS)));

        Result first =
                migrator(couch, database, target).listener(scripts).build().run();
        target.heal();
        Result second = migrator(couch, database, target).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(sqlState));
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(first.tallies().written() + second.tallies().written()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** No row is to blame for what a transaction meets before its work, even if the error has no state or an unknown one. */
    @ParameterizedTest
    @CsvSource({"true, '', COMPLETE", "false, '', COMPLETE", "true, XX000, TARGET_FAILED", "false, XX000, TARGET_FAILED"
    })
    void rejectsNothingForWhatIsMetBeforeAnyRow(
            boolean connecting, String sqlState, Outcome outcome, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Predicate<JdbcStep> step = connecting ? JdbcStep.connects() : JdbcStep.statements("set_config");
        Scripts scripts = new Scripts(
                target,
                301,
                List.of(
                        JdbcFault.terminate().on(INSERTS).once(),
                        JdbcFault.error(sqlState).on(step).times(outcome == Outcome.COMPLETE ? 2 : 1)));

        Result result =
                migrator(couch, database, target).listener(scripts).build().run();

        assertThat(result.outcome()).isEqualTo(outcome);
        assertThat(result.outstanding()).isZero();
        assertThat(recorder.lines()).noneMatch(line -> line.startsWith("rejected"));
    }

    @Test
    void waitsUntilTheServerHasAConnectionToGiveInPlaceOfALostOne(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Scripts scripts = new Scripts(
                target,
                301,
                List.of(
                        JdbcFault.terminate().on(INSERTS).once(),
                        JdbcFault.error("53300").on(JdbcStep.connects()).times(2)));

        Result result =
                migrator(couch, database, target).listener(scripts).build().run();

        assertThat(scripts.hits()).isEqualTo(3);
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void saysHowManyConnectionsItNeedsWhereTheServerHasTooFew(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.error("53300").on(JdbcStep.connects()).after(3));

        Result refused = migrator(couch, database, target).workers(4).build().run();
        target.heal();
        Result result = migrator(couch, database, target).workers(4).build().run();

        assertThat(refused.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("needed 5 (one for each worker and one more), got 3"));
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void goesOnAfterACommitThatTookItsTime(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Scripts scripts = new Scripts(
                target, 301, List.of(JdbcFault.stall().on(JdbcStep.commits()).once()));

        CompletableFuture<Result> running = CompletableFuture.supplyAsync(() ->
                migrator(couch, database, target).listener(scripts).build().run());
        target.awaitStalled(1, Duration.ofMinutes(1));
        List<String> meanwhile = Orders.written(database);
        target.release();
        Result result = running.get(1, TimeUnit.MINUTES);

        assertThat(meanwhile).hasSizeBetween(301, COUNT - 1);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, COUNT, 0));
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** The server refuses a statement that it keeps by name once what it returns has another type. */
    @Test
    void goesOnWhereASourceColumnIsWidenedInTheMiddleOfARun(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("create table src (id serial primary key, v integer);"
                + "insert into src (v) select i from generate_series(1, 5000) i;"
                + "create table dst (k text unique)");
        TableStage<String> stage = TableStage.<String>builder("src")
                .columns("v")
                .transform(
                        (row, context) -> List.of(row.number("v").orElseThrow().toString()))
                .upsert(Upsert.<String>into("dst").key("k", key -> key).build())
                .build();
        AtomicBoolean widened = new AtomicBoolean();
        PGSimpleDataSource naming = new PGSimpleDataSource();
        naming.setUrl(database.jdbcUrl());
        naming.setUser(database.user());
        naming.setPassword(database.password());
        naming.setPrepareThreshold(1);

        Result result = Orders.migrator(Orders.migration(stage), couch, database, logs)
                .target(naming)
                .chunkSize(100)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() >= 200 && widened.compareAndSet(false, true)) {
                            execute(database, "alter table src alter v type bigint");
                        }
                    }
                })
                .build()
                .run();

        assertThat(widened).isTrue();
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select count(*) from dst")).containsExactly("5000");
    }

    private static void execute(TestDatabase database, String statement) {
        try {
            database.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void losesNothingToFaultsNowAndThen(long seed, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        Scripts scripts = new Scripts(target, 1, nowAndThen(seed));

        Result result = migrator(couch, database, target)
                .workers(4)
                .chunkSize(20)
                .maxOutage(LONG)
                .listener(scripts)
                .build()
                .run();

        assertThat(scripts.hits()).isPositive();
        assertThat(result.failures()).isEmpty();
        assertThat(result.tallies().read()).isEqualTo(COUNT);
        assertThat(result.tallies().written() + result.tallies().alreadyThere()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void verifiesThroughFaultsNowAndThen(long seed, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        migrator(couch, database, target).build().run();
        database.execute("delete from orders where id = '%s'".formatted(Orders.id(500)));
        Scripts scripts = new Scripts(target, 1, nowAndThen(seed));

        Result result = migrator(couch, database, target)
                .workers(4)
                .chunkSize(20)
                .maxOutage(LONG)
                .listener(scripts)
                .build()
                .verify();

        assertThat(scripts.hits()).isPositive();
        assertThat(result.failures()).isEmpty();
        assertThat(result.tallies())
                .isEqualTo(new Tallies(
                        COUNT,
                        COUNT - 1,
                        0,
                        0,
                        0,
                        COUNT - 1,
                        0,
                        new Tallies.Verified(1, 0, 0, 0),
                        new Tallies.Rows(1, 0, 0, 0)));
    }

    /** Every fault that passes, at one statement or commit of fifty, twice at most. */
    static List<FaultRule<JdbcFault, JdbcStep>> nowAndThen(long seed) {
        List<FaultRule<JdbcFault, JdbcStep>> rules = new ArrayList<>();
        for (JdbcFault fault : PASSING) {
            rules.add(fault.on(JdbcStep.statements())
                    .chance(0.02, seed + rules.size())
                    .times(2));
            rules.add(fault.afterwards()
                    .on(JdbcStep.commits())
                    .chance(0.02, seed + rules.size())
                    .times(2));
        }
        return rules;
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, FaultyDataSource target) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .target(target)
                .listener(recorder);
    }

    /** Scripts faults once so many documents are read, when all that can be checked has been. */
    static final class Scripts implements Listener {
        private final FaultyDataSource target;
        private final long read;
        private final List<FaultRule<JdbcFault, JdbcStep>> rules;
        private final List<ScriptedFault> scripted = new ArrayList<>();

        Scripts(FaultyDataSource target, long read, List<FaultRule<JdbcFault, JdbcStep>> rules) {
            this.target = target;
            this.read = read;
            this.rules = List.copyOf(rules);
        }

        int hits() {
            return scripted.stream().mapToInt(ScriptedFault::hits).sum();
        }

        @Override
        public void progressed(Progress progress) {
            if (progress.read() >= read && scripted.isEmpty()) {
                rules.forEach(rule -> scripted.add(target.script(rule)));
            }
        }
    }
}
