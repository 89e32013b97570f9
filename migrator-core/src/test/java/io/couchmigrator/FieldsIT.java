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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading those fields alone that a stage names: the rows are those of documents that are read whole. */
@ExtendWith(MigratorExtension.class)
final class FieldsIT {
    private static final int COUNT = 250;
    private static final Predicate<CouchRequest> EXPLAIN = Requests.to(Endpoint.EXPLAIN);

    /** All but what is compared with fields once, and what is read by id. */
    private static final Predicate<CouchRequest> BODIES = Requests.pages()
            .and(Requests.method("GET"))
            .and(Requests.query("limit", "16").negate());

    private static final Predicate<CouchRequest> CHANGED_FIELDS =
            Requests.changes().and(Requests.query("filter", "_selector"));

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @Test
    void asksForIdsThenForFieldsAlone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.contents(database)).isEqualTo(Orders.contents(COUNT));
        assertThat(couch.requests(Requests.finds())).hasSizeGreaterThanOrEqualTo(COUNT / 100);
        assertThat(couch.requests(BODIES.and(Requests.query("limit", "4").negate())))
                .isEmpty();
        assertThat(result.audit().differences()).isZero();
    }

    @Test
    void readsWholeWhereDocumentsAreSmall(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);

        CheckReport check = migrator(couch, database, Reading.AUTO).build().check();
        migrator(couch, database, Reading.AUTO).build().run();

        assertThat(couch.requests(Requests.finds().or(EXPLAIN))).isEmpty();
        assertThat(check.stages().get(0).reading().map(CouchServer.Chosen::reading))
                .contains(Reading.WHOLE);
        assertThat(recorder.lines())
                .filteredOn(line -> line.startsWith("reading"))
                .singleElement()
                .asString()
                .matches("reading orders WHOLE: documents of about 3\\d\\d bytes; fields alone pay from 3200 on");
    }

    @Test
    void readsFieldsWhereDocumentsAreLargeAsTheCheckSays(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        orders.load(large(COUNT));

        CheckReport check = migrator(couch, database, Reading.AUTO).build().check();
        Result result = migrator(couch, database, Reading.AUTO).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.contents(database)).isEqualTo(Orders.contents(COUNT));
        assertThat(couch.requests(Requests.finds())).isNotEmpty();
        assertThat(check.stages().get(0).reading().map(CouchServer.Chosen::reading))
                .contains(Reading.FIELDS);
        assertThat(recorder.lines())
                .filteredOn(line -> line.startsWith("reading"))
                .singleElement()
                .asString()
                .matches("reading orders FIELDS: documents of about 43\\d\\d bytes");
    }

    @Test
    void asksForNothingButWholeDocumentsIfToldSo(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        orders.load(large(COUNT));

        CheckReport check = migrator(couch, database, Reading.WHOLE).build().check();
        Result result = migrator(couch, database, Reading.WHOLE).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(check.stages().get(0).reading()).isEmpty();
        assertThat(couch.requests(Requests.finds().or(EXPLAIN).or(CHANGED_FIELDS)))
                .isEmpty();
        assertThat(recorder.lines()).noneMatch(line -> line.startsWith("reading"));
    }

    @Test
    void takesADotInANameForADot(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 0);
        couch.database("orders").load(Orders.between(0, 5).peek(order -> order.addProperty("a.b", "dotted")));
        Migration migration = Orders.migration(DocumentStage.<Document>builder("orders")
                .fields("a.b")
                .transform((document, context) -> List.of(document))
                .upsert(Upsert.<Document>into("orders")
                        .key("id", Document::id)
                        .text("customer", document -> document.field("a.b").getAsString())
                        .build())
                .build());

        Orders.migrator(migration, couch, database, logs)
                .source(Orders.server(couch, Reading.FIELDS))
                .build()
                .run();

        assertThat(couch.requests(Requests.finds())).isNotEmpty();
        assertThat(database.query("select distinct customer from orders")).containsExactly("dotted");
    }

    static Stream<Fault> incomplete() {
        return Stream.of(
                Fault.hideBody(Orders.id(7)), Fault.omitRow(Orders.id(9)), Fault.swapRow(5), Fault.repeatRow(8));
    }

    /** What the server leaves out in silence, as it does with more design documents than are compared. */
    @ParameterizedTest
    @MethodSource("incomplete")
    void readsByIdWhatDoesNotCome(Fault fault, CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        List<String> expected = new ArrayList<>();
        for (int i = 10; i < 40; i++) {
            JsonObject design = Orders.order(i, "design");
            design.addProperty("_id", "_design/" + i);
            orders.put(design);
            expected.add("_design/%s design %s".formatted(i, i));
        }
        expected.addAll(Orders.contents(COUNT));
        ScriptedFault hits = couch.script(fault.on(Requests.finds()).after(1));

        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(hits.hits()).isPositive();
        assertThat(Orders.contents(database)).isEqualTo(expected);
        assertThat(recorder.lines()).noneMatch(line -> line.contains("WHOLE"));
    }

    /** What is answered is another revision than that of the page's ids: it was changed since. */
    @Test
    void takesTheNewestOfADocumentThatChangesBetweenBothRequests(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        ScriptedFault stalled =
                couch.script(Fault.silence().on(Requests.finds()).after(2).once());
        Running running = migrator(couch, database, Reading.FIELDS).build().start();
        couch.awaitStalled(1, Duration.ofMinutes(1));
        IntStream.range(0, COUNT).forEach(i -> orders.put(Orders.order(i, "new")));
        couch.release();

        Result result = running.result();

        assertThat(stalled.hits()).isEqualTo(1);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select count(*) from orders where customer = 'new'"))
                .containsExactly("" + (COUNT - 1));
    }

    @Test
    void catchesUpByFields(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        migrator(couch, database, Reading.FIELDS).build().run();
        orders.load(Orders.between(COUNT, COUNT + 150));
        orders.delete(Orders.id(1));

        couch.forgetRequests();
        Result result = migrator(couch, database, Reading.FIELDS).build().run();

        Orders.assertComplete(result, database, COUNT + 150);
        // What is compared first, and two pages.
        assertThat(couch.requests(CHANGED_FIELDS)).hasSize(3);
        assertThat(couch.requests(Requests.changes().and(Requests.query("include_docs", "true"))))
                .hasSize(3);
    }

    /** Nothing tells how large documents are before the first page of changes. */
    @Test
    void choosesByTheFirstPageOfChanges(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        migrator(couch, database, Reading.AUTO).build().run();
        orders.load(large(COUNT));

        Result result = migrator(couch, database, Reading.AUTO).build().run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(couch.requests(CHANGED_FIELDS)).isNotEmpty();
    }

    /** A stage that reads all of a document has nothing to choose. */
    @Test
    void readsWholeWhatIsWantedWhole(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        orders.load(large(COUNT));
        Migration migration = Orders.migration(Orders.stage().text().build());

        Result result = Orders.migrator(migration, couch, database, logs)
                .source(Orders.server(couch, Reading.FIELDS))
                .listener(recorder)
                .build()
                .run();

        Orders.assertComplete(result, database, COUNT);
        assertThat(couch.requests(Requests.finds().or(EXPLAIN))).isEmpty();
    }

    /** What is compared by itself is not to come by the way that it came. */
    @Test
    void verifiesByWholeDocumentsUnlessToldOtherwise(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        orders.load(large(COUNT));
        migrator(couch, database, Reading.AUTO).build().run();
        couch.forgetRequests();

        Result result = migrator(couch, database, Reading.AUTO).build().verify();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(couch.requests(Requests.finds())).isEmpty();
    }

    @Test
    void verifiesByFields(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(couch, database, Reading.WHOLE).build().run();
        database.execute("delete from orders where id = '%s'".formatted(Orders.id(5)));

        Result result = migrator(couch, database, Reading.FIELDS).build().verify();

        assertThat(result.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(result.outstanding()).isEqualTo(1);
        assertThat(couch.requests(Requests.finds())).isNotEmpty();
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, Reading reading) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .source(Orders.server(couch, reading))
                .listener(recorder);
    }

    private static Stream<JsonObject> large(int count) {
        return Orders.between(0, count).peek(order -> order.addProperty("form", "x".repeat(4_000)));
    }
}
