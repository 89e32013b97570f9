// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a failing source comes to: whatever passes loses no document and counts none twice, wherever it strikes. */
@ExtendWith(MigratorExtension.class)
final class SourceFaultsIT {
    private static final int COUNT = 40;

    /** Enough for two ranges. */
    private static final int LARGE = 2_000;

    private static final int MOST_RUNS = 3;

    /** What fails whatever is asked for, as long as it lasts. */
    private static final List<Fault> LASTING = List.of(
            Fault.status(429).retryAfter(1),
            Fault.status(503),
            Fault.disconnect(),
            Fault.cutHeadersAfterBytes(30),
            Fault.falseHeader("Content-Encoding", "gzip"),
            Fault.truncateAfterBytes(20),
            Fault.redirect("https://login.example.org/"));

    @TempDir
    private Path logs;

    @Test
    void triesEveryFaultThatTheDoubleHas() {
        Set<String> faults = new TreeSet<>(EveryFault.PASSING.keySet());
        faults.addAll(EveryFault.OF_DOCUMENTS.keySet());
        faults.addAll(EveryFault.TERMINAL.keySet());

        assertThat(faults)
                .isEqualTo(Stream.of(Fault.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .map(Method::getName)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @EnumSource
    void passes(Asked asked, CouchDouble couch, TestDatabase database) throws Exception {
        Scene scene = new Scene(asked, couch, database);
        for (Fault fault : EveryFault.passing().toList()) {
            Path directory = scene.begin();
            ScriptedFault scripted = couch.script(fault.on(asked.requests()).once());

            Result result = migrator(couch, database, directory)
                    .listener(scene.change())
                    .build()
                    .run();

            assertThat(scripted.hits()).as("%s", fault).isEqualTo(1);
            assertThat(result.failures()).as("%s", fault).isEmpty();
            assertThat(result.outcome()).as("%s", fault).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).as("%s", fault).isEqualTo(scene.expected());
            assertThat(scene.writtenBefore() + result.tallies().written())
                    .as("%s", fault)
                    .isEqualTo(scene.expected().size());
            scene.end();
        }
    }

    /** A document whose body is hidden is asked for once more, or rejected and brought by the next run. */
    @ParameterizedTest
    @EnumSource
    void losesNoDocumentWhoseBodyWasHidden(Asked asked, CouchDouble couch, TestDatabase database) throws Exception {
        Scene scene = new Scene(asked, couch, database);
        for (Fault fault : EveryFault.OF_DOCUMENTS.get("hideBody")) {
            Path directory = scene.begin();
            couch.script(fault.on(asked.requests()).once());
            long written = scene.writtenBefore();
            Outcome outcome = Outcome.REJECTS_OUTSTANDING;

            for (int run = 0; run < MOST_RUNS && outcome == Outcome.REJECTS_OUTSTANDING; run++) {
                Result result = migrator(couch, database, directory)
                        .listener(scene.change())
                        .build()
                        .run();
                written += result.tallies().written();
                outcome = result.outcome();
            }

            assertThat(outcome).as("%s", fault).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).as("%s", fault).isEqualTo(scene.expected());
            assertThat(written).as("%s", fault).isEqualTo(scene.expected().size());
            scene.end();
        }
    }

    /** Nothing is waited for here: the first attempt is the last. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"WELCOME", "SAMPLE"})
    void failsWhereAFaultNeverEndsAndTheNextRunGoesOn(Asked asked, CouchDouble couch, TestDatabase database)
            throws Exception {
        Scene scene = new Scene(asked, couch, database);
        for (Fault fault : LASTING) {
            Path directory = scene.begin();
            ScriptedFault scripted = couch.script(fault.on(asked.requests()));
            boolean outage = asked.run() == Asked.Run.FRESH_WITH_OUTAGE;

            Result first = migrator(couch, database, directory)
                    .listener(scene.change())
                    .maxOutage(outage ? Duration.ofMillis(1_500) : Duration.ZERO)
                    .build()
                    .run();
            couch.heal();
            Result second = migrator(couch, database, directory)
                    .listener(scene.change())
                    .build()
                    .run();

            assertThat(scripted.hits()).as("%s", fault).isPositive();
            assertThat(first.outcome()).as("%s", fault).isEqualTo(Outcome.SOURCE_FAILED);
            assertThat(first.failures())
                    .as("%s", fault)
                    .singleElement()
                    .asString()
                    .contains("could not read ", "from CouchDB at " + couch.url());
            assertThat(second.outcome()).as("%s", fault).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).as("%s", fault).isEqualTo(scene.expected());
            scene.end();
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, Path directory) {
        return CustomerOrders.migrator(couch, database, directory)
                .source(CouchServer.builder(couch.url())
                        .readTimeout(Duration.ofMillis(300))
                        .build())
                .chunkSize(1_000);
    }

    /** Two databases that are migrated again and again, each time from where the requests come that are to fail. */
    private final class Scene {
        private final Asked asked;
        private final CouchDouble couch;
        private final TestDatabase database;
        private final CouchDatabase orders;
        private final int count;
        private int begun;
        private long writtenBefore;

        Scene(Asked asked, CouchDouble couch, TestDatabase database) throws SQLException {
            this.asked = asked;
            this.couch = couch;
            this.database = database;
            this.count = asked.run() == Asked.Run.LARGE ? LARGE : COUNT;
            this.orders = CustomerOrders.create(couch, database, count);
        }

        /** Returns a log directory in which a run will make the requests. */
        Path begin() throws SQLException {
            Path directory = logs.resolve("" + ++begun);
            writtenBefore = 0;
            if (asked.run() == Asked.Run.RESUMED) {
                List.of(3, 5).forEach(i -> orders.unreadable(Orders.id(i)));
                Result before = migrator(couch, database, directory)
                        .listener(change())
                        .build()
                        .run();
                assertThat(before.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
                writtenBefore = before.tallies().written();
                List.of(3, 5).forEach(i -> orders.readable(Orders.id(i)));
            }
            if (asked.run() == Asked.Run.FRESH_WITH_OUTAGE) {
                couch.script(Fault.status(503).on(Asked.PAGE.requests()).once());
            }
            return directory;
        }

        /** Adds a document once all are read, so that there is something to catch up with. */
        Listener change() {
            return new Listener() {
                @Override
                public void stageRead(Progress progress) {
                    orders.put(Orders.order(count, "c1"));
                }
            };
        }

        List<String> expected() {
            return Orders.ids(count + 1);
        }

        long writtenBefore() {
            return writtenBefore;
        }

        void end() throws SQLException {
            couch.heal();
            orders.delete(Orders.id(count));
            database.execute("truncate orders");
        }
    }
}
