// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.ShardMap;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that claims its table and ends before it can say so has not been somebody else. */
@ExtendWith(MigratorExtension.class)
final class OwnClaimsIT {
    private static final Predicate<JdbcStep> CLAIMS = JdbcStep.statements("in exclusive mode");

    @TempDir
    private Path logs;

    @TempDir
    private Path others;

    private final List<String> warnings = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void areGoneOnWithWhereTheRunEndedBeforeItNotedIt(int runs, CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        for (int i = 0; i < runs; i++) {
            assertThat(run(logs, couch, database, endingOnceItHasClaimed(database))
                            .outcome())
                    .isEqualTo(Outcome.TARGET_FAILED);
        }

        Result next = run(logs, couch, database);

        assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(next.tallies().read()).isZero();
        assertThat(warnings).isEmpty();
    }

    /** The database that was checked is the one that the claim names; the one that takes its place before it is planned is another. */
    @Test
    void areNoneToADatabaseThatIsCreatedAnewBeforeItIsPlanned(CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(20));
        AtomicBoolean anew = new AtomicBoolean();
        couch.script(Fault.disconnect().on(Requests.changes().and(request -> {
            if (anew.compareAndSet(false, true)) {
                couch.drop("shop");
                couch.create("shop").load(Copies.documents(3));
            }
            return false;
        })));

        Result refused = run(logs, couch, database);
        Result next = run(logs, couch, database);
        Result unchanged = run(logs, couch, database);

        assertThat(refused.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(refused.failures())
                .singleElement()
                .asString()
                .contains("the database was deleted and created anew since it was checked");
        assertThat(List.of(next.outcome(), unchanged.outcome())).containsOnly(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=0", "d001=1", "d002=2");
    }

    @Test
    void areGoneOnWithWhereTheRunEndedBeforeItMadeIt(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        FaultyDataSource failing = FaultyDataSource.around(database.dataSource());
        failing.script(JdbcFault.error("42501").on(CLAIMS));
        Result ended = run(logs, couch, database, failing);

        Result next = run(logs, couch, database);

        assertThat(ended.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(next.tallies().read()).isZero();
    }

    /** The answer to a commit is lost: nobody on this side knows whether it was carried out, and the claim is made again. */
    @Test
    void areGoneOnWithWhereTheRunHasToMakeThemTwice(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        FaultyDataSource failing = FaultyDataSource.around(database.dataSource());
        failing.script(JdbcFault.cut().afterwards().on(commitOfClaim()).nth(1));

        Result cut = run(logs, couch, database, failing);
        Result next = run(logs, couch, database);

        assertThat(List.of(cut, next)).allSatisfy(result -> {
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(result.tallies().read()).isZero();
        });
    }

    @Test
    void areGoneOnWithWhereOneOfTwoDatabasesWasClaimed(CouchDouble couch, TestDatabase main, PostgresServer server)
            throws Exception {
        couch.create("shop").load(Copies.documents(20));
        try (TestDatabase even = server.createDatabase();
                TestDatabase odd = server.createDatabase()) {
            sharded(couch, main, even.dataSource(), odd.dataSource());
            Result ended = sharded(couch, main, endingOnceItHasClaimed(even), failingToClaim(odd));

            Result next = sharded(couch, main, even.dataSource(), odd.dataSource());

            assertThat(ended.outcome()).isEqualTo(Outcome.TARGET_FAILED);
            assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(next.tallies().read()).isZero();
        }
    }

    @Test
    void areNotThoseOfAnotherRunThatCameAfterThem(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        run(logs, couch, database, endingOnceItHasClaimed(database));
        run(others, couch, database);

        Result next = run(logs, couch, database);

        assertThat(next.tallies().read()).isEqualTo(20);
        assertThat(warnings).singleElement().asString().matches("""
                Stage "shop" is read again from its beginning: table "shop" was claimed at 20\\d\\d-\\S+Z by a run of migration "documents" \
                with CouchDB database shop created at \\d+ that this log directory knows nothing of: one with another log directory, or with a copy of this\\. \
                Rows that are right are not touched\\.""");
    }

    /** The run that found the other one's claim has made its own, and ended before it could say that all is to be read. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void areNotToHideThatAnotherRunCameBeforeThem(int runs, CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        run(others, couch, database);
        for (int i = 0; i < runs; i++) {
            run(logs, couch, database, endingOnceItHasClaimed(database));
        }

        Result next = run(logs, couch, database);

        assertThat(next.tallies().read()).isEqualTo(20);
        assertThat(warnings).hasSize(1);
    }

    @Test
    void areNotThoseOfACopyOfItsLogDirectory(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        run(logs, couch, database, endingOnceItHasClaimed(database));
        copy(logs, others);
        run(logs, couch, database);

        Result ofCopy = run(others, couch, database);
        Result ofOriginal = run(logs, couch, database);

        assertThat(ofCopy.tallies().read()).isEqualTo(20);
        assertThat(ofOriginal.tallies().read()).isEqualTo(20);
        assertThat(warnings).hasSize(2);
    }

    @Test
    void areNotWhatNothingIsSaidOf(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        run(logs, couch, database);
        database.execute("delete from couch_migrator_owner");

        Result next = migrator(logs, couch, database).adopt(true).build().run();

        assertThat(next.tallies().read()).isEqualTo(20);
        assertThat(warnings).singleElement().asString().contains("nothing said any more whose table \"shop\" is");
    }

    private static FaultyDataSource endingOnceItHasClaimed(TestDatabase database) {
        FaultyDataSource failing = FaultyDataSource.around(database.dataSource());
        failing.script(JdbcFault.error("42501").afterwards().on(commitOfClaim()).nth(1));
        return failing;
    }

    private static FaultyDataSource failingToClaim(TestDatabase database) {
        FaultyDataSource failing = FaultyDataSource.around(database.dataSource());
        failing.script(JdbcFault.error("42501").on(CLAIMS));
        return failing;
    }

    /** What comes first after a claim. */
    private static Predicate<JdbcStep> commitOfClaim() {
        AtomicBoolean claims = new AtomicBoolean();
        return step -> {
            claims.compareAndSet(false, CLAIMS.test(step));
            return claims.get() && JdbcStep.commits().test(step);
        };
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    private Result run(Path directory, CouchDouble couch, TestDatabase database) {
        return migrator(directory, couch, database).build().run();
    }

    private Result run(Path directory, CouchDouble couch, TestDatabase database, DataSource target) {
        return migrator(directory, couch, database).target(target).build().run();
    }

    private Result sharded(CouchDouble couch, TestDatabase main, DataSource even, DataSource odd) {
        return Copies.migrator(Valued.migration(Valued.table().build()), couch, main, logs)
                .shards(ShardMap.builder().shards(0, 0, even).shards(1, 1, odd).build())
                .build()
                .run();
    }

    private Migrator.Builder migrator(Path directory, CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, directory).listener(new Listener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
            }
        });
    }
}
