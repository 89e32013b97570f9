// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonObject;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that hide a document from a page, as seen by a whole run. */
@ExtendWith(MigratorExtension.class)
final class AuditIT {
    private static final int COUNT = 2_500;

    /** Large enough for several pages in each of the two ranges. */
    private static final int SIZE = 10_000;

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 199, 200, 1_000, 1_249, 1_250, 1_251, 2_000, 2_499})
    void readsAgainWhereADocumentWasHiddenOnce(int hidden, CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        couch.script(Fault.omitRow(Orders.id(hidden)).on(large()).once());

        Result result = migrator(couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(result.audit().pages()).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 1_249, 1_250, 2_499})
    void failsWhereADocumentIsAlwaysHiddenAndReadsItOnceItShows(int hidden, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);
        couch.script(Fault.omitRow(Orders.id(hidden)).on(large()));

        Result first = migrator(couch, database).build().run();
        couch.heal();
        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("\"orders\"")
                .hasMessageContaining("tells of no change")
                .hasMessageContaining("try again"));
        assertThat(first.audit().differences()).isEqualTo(2);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void isNotToldOutOfAHiddenDocumentByAChangeElsewhere(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = create(couch, database);
        couch.script(Fault.omitRow(Orders.id(1_000)).on(large()));

        Result result = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        orders.put(large(0, "a-new-one-" + progress.read()));
                        orders.delete(Orders.id(0));
                    }
                })
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("tells of no change"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7})
    void cutsAllRangesWhereAStrayEmptyAnswerComesInPlanning(int nth, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);

        Result result = runWithStrayAnswer(couch, database, Requests.allDocs().and(Requests.method("GET")), nth);

        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(result.audit().pages()).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "o00600", "o01500", "o02000"})
    void takesNoStrayEmptyAnswerForTheEndOfARange(String from, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);
        Predicate<CouchRequest> there =
                large().and(request -> request.startKey().orElse("").compareTo(from) >= 0);

        Result result = runWithStrayAnswer(couch, database, there, 1);

        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        assertThat(result.audit().differences()).isZero();
    }

    private Result runWithStrayAnswer(
            CouchDouble couch, TestDatabase database, Predicate<CouchRequest> requests, int nth) {
        ScriptedFault stray = couch.script(
                Fault.status(200).body("{\"rows\":[]}").on(requests).nth(nth));
        Result result = migrator(couch, database).build().run();
        assertThat(stray.hits()).isEqualTo(1);
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        return result;
    }

    static Stream<Arguments> everyRowOutOfOrder() {
        return Stream.of(Offsets.EXACT, Offsets.ZERO).flatMap(offsets -> IntStream.of(1, 100, 200)
                .boxed()
                .flatMap(row -> Stream.of(Fault.repeatRow(row), Fault.swapRow(row)))
                .flatMap(fault ->
                        IntStream.of(1, 2).mapToObj(page -> arguments(offsets, fault.toString(), page, fault))));
    }

    /** In batches that are smaller than pages, so that what comes before such a row is committed. */
    @ParameterizedTest(name = "offset {0}, {1} of page {2}")
    @MethodSource("everyRowOutOfOrder")
    void readsAgainAPageThatRepeatsOrMisordersRows(
            Offsets offsets, String name, int page, Fault fault, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(offsets).start()) {
            create(couch, database);
            couch.script(fault.on(large()).nth(page));

            Result result = migrator(couch, database).chunkSize(7).build().run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
            assertThat(result.done()).isEqualTo(COUNT);
            assertThat(result.tallies().written()).isEqualTo(COUNT);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Offsets.class,
            names = {"EXACT", "ZERO"})
    void failsWhereRowsAreAlwaysRepeatedNamingThem(Offsets offsets, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(offsets).start()) {
            create(couch, database);
            couch.script(Fault.repeatRow(11).on(large()));

            Result first = migrator(couch, database)
                    .chunkSize(7)
                    .maxOutage(Duration.ofMillis(500))
                    .build()
                    .run();
            couch.heal();
            Result second = migrator(couch, database).build().run();

            assertThat(first.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
            assertThat(first.failures())
                    .singleElement()
                    .satisfies(
                            failure -> assertThat(failure)
                                    .hasMessageContaining("documents of \"orders\" from CouchDB at " + couch.url())
                                    .hasMessageContaining(
                                            "\"o00011\" came after \"o00011\" on one page: it repeats or misorders documents: look at its log and its shards, and at any proxy in between"));
            assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
        }
    }

    /** CouchDB takes every id that is valid UTF-8, so that no key comes after all of them. */
    @Test
    void holdsIdsOfTheLastCodePointToTheirRanks(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = create(couch, database);
        List<String> last = Stream.of(8, 9, 10).map("\udbff\udfff"::repeat).toList();
        last.forEach(id -> orders.put(large(0, id)));
        couch.script(Fault.omitRow(last.get(1)).on(large()));

        Result first = migrator(couch, database).build().run();
        couch.heal();
        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(first.audit().differences()).isEqualTo(2);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("to before \"" + last.get(2) + "\"")
                .hasMessageContaining("tells of no change"));
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).hasSize(COUNT + 3).containsAll(last);
    }

    @Test
    void findsNoDocumentMissingWhereOnlyAnOffsetIsFalse(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        couch.script(Fault.falseOffset(3).on(large()).nth(4));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.audit().differences())
                .as("the page's own, and that of the next, which is counted from it")
                .isEqualTo(2);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, COUNT, 0));
    }

    @Test
    void explainsWhatCameAndWentByTheChangesAndReadsNothingAgain(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = create(couch, database);
        AtomicBoolean changed = new AtomicBoolean();

        Result result = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() > 500 && changed.compareAndSet(false, true)) {
                            orders.delete(Orders.id(10));
                            orders.delete(Orders.id(11));
                            orders.delete(Orders.id(2_400));
                            orders.put(large(0, "a-new-one-before-all"));
                            orders.put(large(0, "another"));
                            orders.put(large(0, "o00400-new"));
                            orders.put(large(0, "z-new-one-behind-all"));
                        }
                    }
                })
                .build()
                .run();

        List<String> expected = new ArrayList<>(Orders.ids(COUNT));
        expected.remove(Orders.id(2_400));
        expected.addAll(List.of("a-new-one-before-all", "another", "o00400-new", "z-new-one-behind-all"));
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(result.audit().differences()).isPositive();
        assertThat(couch.requests(large()))
                .extracting(request -> request.startKey().orElse(""))
                .doesNotHaveDuplicates();
    }

    @Test
    void noticesWhatWasHiddenBeforeAnEarlierRunEnded(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        AtomicBoolean stopped = new AtomicBoolean();
        couch.script(Fault.omitRow(Orders.id(100)).on(large()).once());
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() > 150 && stopped.compareAndSet(false, true)) {
                            self.stop();
                        }
                    }
                })
                .build();

        Result first = self.run(migrator);
        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.audit().differences()).isEqualTo(1);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @ParameterizedTest
    @EnumSource(
            value = Offsets.class,
            names = {"ZERO", "NULL"})
    void readsOneRangeUnauditedWhereTheServerTellsNoRanks(Offsets offsets, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(offsets).start()) {
            create(couch, database);

            Result result = migrator(couch, database).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(result.audit()).isEqualTo(Audit.NONE);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
            assertThat(Files.readString(logs.resolve("orders.offsets.json")))
                    .containsOnlyOnce("\"from\":")
                    .doesNotContain("\"rank\"");
        }
    }

    private static Predicate<CouchRequest> large() {
        return Requests.pages()
                .and(Requests.method("GET"))
                .and(request -> Integer.parseInt(request.parameter("limit").orElse("0")) > 10);
    }

    private static CouchDatabase create(CouchDouble couch, TestDatabase database) throws SQLException {
        database.execute(Orders.TABLE);
        CouchDatabase orders = couch.create("orders");
        orders.load(IntStream.range(0, COUNT).mapToObj(i -> large(i, Orders.id(i))));
        return orders;
    }

    private static JsonObject large(int number, String id) {
        JsonObject order = Orders.order(number, "c" + number % 7);
        order.addProperty("_id", id);
        order.addProperty("not_read", "x".repeat(SIZE));
        return order;
    }

    /** Documents are so large that their fields alone would be read, in few pages. */
    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .source(CouchServer.builder(couch.url())
                        .readTimeout(Duration.ofSeconds(5))
                        .reading(CouchServer.Reading.WHOLE)
                        .build());
    }
}
