// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.couchmigrator.testkit.CouchDatabase;
import io.couchmigrator.testkit.CouchDouble;
import io.couchmigrator.testkit.CouchRequest;
import io.couchmigrator.testkit.Fault;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.Requests;
import io.couchmigrator.testkit.ScriptedFault;
import io.couchmigrator.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a failing source comes to: whatever passes loses no document and counts none twice, wherever it strikes. */
@ExtendWith(MigratorExtension.class)
final class SourceFaultsIT {
    private static final int COUNT = 250;

    private static final List<Fault> PASSING = List.of(
            Fault.status(503),
            Fault.status(503).retryAfter(1),
            Fault.status(429).retryAfter(1),
            Fault.status(408),
            Fault.status(500),
            Fault.status(502).body("<html>Bad Gateway</html>"),
            Fault.disconnect(),
            Fault.cutAfterBytes(0),
            Fault.cutAfterBytes(150),
            Fault.cutAfterRows(1),
            Fault.truncateAfterBytes(0),
            Fault.truncateAfterBytes(150),
            Fault.stallAfterBytes(150),
            Fault.silence(),
            Fault.corruptByte(1),
            Fault.status(200).body("{}"),
            Fault.status(200).body("<html>Sign in</html>"));

    /** Enough for requests that are answered by the same code as others. */
    private static final List<Fault> FEW = List.of(
            Fault.status(503).retryAfter(1), Fault.truncateAfterBytes(60), Fault.stallAfterBytes(60), Fault.silence());

    /** The pages that are read, not the few documents that are asked for as a sample of sizes. */
    private static final Predicate<CouchRequest> PAGES = Requests.pages()
            .and(Requests.method("GET"))
            .and(Requests.query("limit", "4").negate());

    /** What a run asks for, by the name of the kind of request. */
    private static final Map<String, Predicate<CouchRequest>> ASKED = Map.of(
            "database", request -> request.path().equals("/orders"),
            "count", Requests.allDocs().and(Requests.query("limit", "0")),
            "page", PAGES,
            "now", Requests.changes().and(Requests.query("since", "now")),
            "changes", Requests.changes().and(Requests.query("since", "now").negate()),
            "documents by id", Requests.allDocs().and(Requests.method("POST")));

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    static Stream<Arguments> everyFaultOfEveryRequest() {
        return ASKED.keySet().stream()
                .sorted()
                .flatMap(asked -> (asked.equals("page") || asked.equals("changes") ? PASSING : FEW)
                        .stream().map(fault -> arguments(asked, fault.toString(), fault)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyFaultOfEveryRequest")
    void passes(String asked, String name, Fault fault, CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        orders.unreadable(Orders.id(5));
        Orders.migrator(Orders.migration(), couch, database, logs.resolve("unused"))
                .build()
                .check();
        ScriptedFault scripted = couch.script(fault.on(ASKED.get(asked)).once());

        Result first =
                migrator(couch, database).listener(new Change(orders)).build().run();
        orders.readable(Orders.id(5));
        Result second = migrator(couch, database).build().run();

        assertThat(scripted.hits()).isEqualTo(1);
        assertThat(first.failures()).isEmpty();
        assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT + 1));
        assertThat(first.tallies().written() + second.tallies().written()).isEqualTo(COUNT + 1);
        assertThat(second.done()).isEqualTo(COUNT);
    }

    @Test
    void leavesTheServerAloneAsLongAsItAsks(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(503).retryAfter(3600).on(PAGES));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(couch.requests(PAGES)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 400, 401, 404, 410, 412})
    void endsTheRunAtOnceAndTheNextGoesOnFromThere(int status, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 2_500);
        couch.script(Fault.status(status)
                .header("Location", "https://user:secret@login.example.org/?next=1")
                .on(PAGES)
                .nth(3));

        Result first = migrator(couch, database).build().run();
        couch.heal();
        couch.forgetRequests();
        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("the server answered " + status)
                .hasMessageContaining(status < 400 ? "https://login.example.org/?…" : ": ")
                .hasMessageNotContaining("secret"));
        assertThat(first.done()).isBetween(1_000L, 1_500L);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.tallies().read()).isEqualTo(2_500 - first.done());
        assertThat(couch.requests(PAGES).get(0).startKey()).hasValue(Orders.id((int) first.done()));
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(2_500));
    }

    @Test
    void failsWhenTheDatabaseIsDroppedMidway(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 2_500);

        Result result = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() == 101) {
                            couch.drop("orders");
                        }
                    }
                })
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("404")
                .hasMessageContaining("check that it exists"));
    }

    @Test
    void givesUpAServerThatIgnoresTheKey(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 10);
        couch.script(Fault.status(200)
                .body(
                        "{\"rows\":[{\"id\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\"}}]}")
                .on(Requests.pages()));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("asked for what comes after \"a\", seen \"a\""));
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .source(CouchServer.builder(couch.url())
                        .readTimeout(Duration.ofMillis(500))
                        .build())
                .listener(recorder);
    }

    /** Adds a document once all are read, so that there is something to catch up with. */
    private record Change(CouchDatabase orders) implements Listener {
        @Override
        public void stageRead(Progress progress) {
            orders.put(Orders.order(COUNT, "late"));
        }
    }
}
