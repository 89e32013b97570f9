// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Endpoint;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading fields alone where a server or proxy refuses that, fails at it, or does it otherwise: the rows are the same. */
@ExtendWith(MigratorExtension.class)
final class FieldsFaultsIT {
    private static final int COUNT = 250;
    private static final Predicate<CouchRequest> EXPLAIN = Requests.to(Endpoint.EXPLAIN);

    private static final Predicate<CouchRequest> CHANGED_FIELDS =
            Requests.changes().and(Requests.query("filter", "_selector"));

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @Test
    void readsWholeWhereAnIndexWouldTakeOver(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        post(couch.url() + "orders/_index", "{\"index\":{\"fields\":[\"_id\"]},\"ddoc\":\"ids\"}");

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, COUNT + 1);
        assertThat(couch.requests(Requests.finds())).isEmpty();
        assertThat(recorder.lines())
                .contains(
                        "reading orders WHOLE: CouchDB would search an index of type \"json\", which may leave out documents");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\\b"})
    void readsWholeWhatCannotBeAskedFor(String field, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 0);
        JsonObject order = Orders.order(0, "");
        order.addProperty(field, "odd");
        couch.database("orders").put(order);
        Migration migration = Orders.migration(DocumentStage.<Document>builder("orders")
                .fields("total", field)
                .transform((document, context) -> List.of(document))
                .upsert(Upsert.<Document>into("orders")
                        .key("id", Document::id)
                        .text("customer", document -> document.field(field).getAsString())
                        .build())
                .build());

        Result result = Orders.migrator(migration, couch, database, logs)
                .source(Orders.server(couch, Reading.FIELDS))
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(couch.requests(Requests.finds().or(EXPLAIN))).isEmpty();
        assertThat(database.query("select customer from orders")).containsExactly("odd");
    }

    static Stream<Fault> refusals() {
        return Stream.of(400, 403, 405, 413).map(Fault::status);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void readsWholeWhereTheQuestionIsNotTaken(Fault refusal, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(refusal.on(EXPLAIN));

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(couch.requests(Requests.finds())).isEmpty();
        assertThat(recorder.lines()).anyMatch(line -> line.startsWith("reading orders WHOLE: the server, or a proxy"));
    }

    /** Nobody waits for a question that need not be asked: not the shortest outage is allowed here. */
    @Test
    void readsWholeWhereTheQuestionFails(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(501).on(EXPLAIN));

        Result result = migrator(couch, database, Reading.FIELDS)
                .maxOutage(Duration.ZERO)
                .build()
                .run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(couch.requests(EXPLAIN)).hasSize(1);
        assertThat(recorder.lines())
                .anyMatch(line -> line.startsWith(
                        "reading orders WHOLE: the question for fields alone failed: the server answered 501"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void goesOnWholeWhereFieldsAreRefusedMidway(Fault refusal, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        ScriptedFault refused = couch.script(refusal.on(Requests.finds()).after(2));

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(refused.hits()).isEqualTo(1);
        assertThat(recorder.lines().stream().filter(line -> line.startsWith("reading")))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("reading orders FIELDS"),
                        second -> assertThat(second).startsWith("reading orders WHOLE: the server, or a proxy"));
    }

    static Stream<Fault> lacks() {
        return Stream.of(Fault.status(500), Fault.status(503), Fault.cutAfterRows(3), Fault.lowerLimit(3));
    }

    /** No outage is allowed for what can be had otherwise, whoever of several workers meets it. */
    @ParameterizedTest
    @MethodSource("lacks")
    void goesOnWholeWhereFieldsDoNotComeAgainAndAgain(Fault lack, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().queryLimit(20).start()) {
            Orders.create(couch, database, COUNT);
            couch.script(lack.on(Requests.finds()).after(3));

            Result result = migrator(couch, database, Reading.FIELDS)
                    .workers(3)
                    .maxOutage(Duration.ZERO)
                    .build()
                    .run();

            Orders.assertComplete(result, database, COUNT);
            assertThat(recorder.lines())
                    .anyMatch(line -> line.matches("reading orders WHOLE: of \\d+ pages .* did not come"));
        }
    }

    /** The ids decide, and are audited: what is hidden from them is missed, though its fields would come. */
    @Test
    void noticesWhatIsHiddenFromThePageOfIds(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        ScriptedFault hidden = couch.script(Fault.omitRow(Orders.id(7))
                .on(Requests.allDocs()
                        .and(Requests.pages().negate())
                        .and(request ->
                                Integer.parseInt(request.parameter("limit").orElse("0")) > 10))
                .once());

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        assertThat(hidden.hits()).isEqualTo(1);
        Orders.assertComplete(result, database, COUNT);
    }

    /** What fails once is read in the other way once. */
    @Test
    void staysWithFieldsWhereTheyFailForAMoment(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(503).on(Requests.finds()).after(2).times(2));

        Result result = migrator(couch, database, Reading.FIELDS)
                .chunkSize(20)
                .maxOutage(Duration.ZERO)
                .build()
                .run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(recorder.lines()).noneMatch(line -> line.contains("WHOLE"));
    }

    /** A server that is away is no fault of fields. */
    @Test
    void staysWithFieldsOverAnOutage(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        migrator(couch, database, Reading.FIELDS).build().run();
        orders.load(Orders.between(COUNT, COUNT + 300));
        couch.script(Fault.status(503).on(Requests.changes()).after(3).times(4));

        Result result =
                migrator(couch, database, Reading.FIELDS).chunkSize(20).build().run();

        Orders.assertComplete(result, database, COUNT + 300);
        assertThat(recorder.lines()).noneMatch(line -> line.contains("WHOLE"));
    }

    @Test
    void tellsNothingOfFieldsThatAStopCutOff(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.silence().on(Requests.finds()).after(2));
        Running running = migrator(couch, database, Reading.FIELDS).build().start();
        couch.awaitStalled(1, Duration.ofMinutes(1));

        running.stop();

        assertThat(running.result().outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(recorder.lines()).noneMatch(line -> line.contains("WHOLE"));
    }

    /** Pages of fields are of many documents, which whole would be too much for a server to hold. */
    @Test
    void asksForFewWholeDocumentsAfterManyFields(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        orders.load(Orders.between(0, 600).peek(order -> order.addProperty("form", "x".repeat(20_000))));
        couch.script(Fault.status(405).on(Requests.finds()).after(2));

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, 600);
        assertThat(couch.requests(Requests.pages().and(Requests.method("GET"))))
                .hasSizeGreaterThan(3)
                .allSatisfy(page -> assertThat(
                                Integer.parseInt(page.parameter("limit").orElseThrow()))
                        .isLessThanOrEqualTo(110));
    }

    @Test
    void readsWholeWhereFieldsAreNotThoseOfTheDocument(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        String rev = couch.database("orders")
                .get(Orders.id(0))
                .orElseThrow()
                .get("_rev")
                .getAsString();
        couch.script(Fault.status(200)
                .body("{\"docs\":[{\"_id\":\"%s\",\"_rev\":\"%s\",\"total\":0}]}".formatted(Orders.id(0), rev))
                .on(Requests.finds()));

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(recorder.lines())
                .contains("reading orders WHOLE: fields alone of \"%s\" are not those that it has"
                        .formatted(Orders.id(0)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void catchesUpWholeWhereFieldsAreRefused(Fault refusal, CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        migrator(couch, database, Reading.FIELDS).build().run();
        orders.load(Orders.between(COUNT, COUNT + 110));
        couch.script(refusal.on(CHANGED_FIELDS));

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, COUNT + 110);
        assertThat(couch.requests(CHANGED_FIELDS)).isNotEmpty();
    }

    /** The requests for fields, each of which may fail as any other may. */
    enum Asked {
        EXPLAIN(0, FieldsFaultsIT.EXPLAIN),
        /** Behind the one that is compared, and the very first document. */
        PAGE(2, Requests.finds()),
        /** Behind the one that is compared. */
        CHANGES(1, FieldsFaultsIT.CHANGED_FIELDS);

        private final int before;

        @SuppressWarnings("ImmutableEnumChecker")
        private final Predicate<CouchRequest> requests;

        Asked(int before, Predicate<CouchRequest> requests) {
            this.before = before;
            this.requests = requests;
        }

        /** Of a question that nothing is read by, one fault of a kind. */
        private Stream<Fault> faults() {
            return this == EXPLAIN
                    ? EveryFault.PASSING.values().stream().map(faults -> faults.get(0))
                    : EveryFault.passing();
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingToAnyFault(Asked asked, CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        int number = 0;
        for (Fault fault : asked.faults().toList()) {
            ScriptedFault scripted =
                    couch.script(fault.on(asked.requests).after(asked.before).once());
            int count = COUNT + ++number;

            Result result = migrator(couch, database, Reading.FIELDS)
                    .source(CouchServer.builder(couch.url())
                            .reading(Reading.FIELDS)
                            .readTimeout(Duration.ofMillis(300))
                            .build())
                    .logDirectory(logs.resolve("" + number))
                    .listener(new Listener() {
                        @Override
                        public void stageRead(Progress progress) {
                            orders.put(Orders.order(count - 1, "c" + (count - 1) % 7));
                            // As many changes as fields alone are asked for.
                            IntStream.range(0, 120).forEach(i -> orders.put(Orders.order(i, "c" + i % 7)));
                        }
                    })
                    .build()
                    .run();

            assertThat(scripted.hits()).as("%s", fault).isEqualTo(1);
            assertThat(result.failures()).as("%s", fault).isEmpty();
            assertThat(result.outcome()).as("%s", fault).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.contents(database)).as("%s", fault).isEqualTo(Orders.contents(count));
            couch.heal();
            database.execute("truncate orders");
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, Reading reading) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .source(Orders.server(couch, reading))
                .listener(recorder);
    }

    private static void post(String url, String body) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
    }
}
