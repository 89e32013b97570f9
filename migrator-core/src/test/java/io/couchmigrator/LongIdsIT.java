// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Pose;
import io.couchmigrator.testkit.couch.Requests;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the length of an id, and whatever a server takes at once, all documents come. */
@ExtendWith(MigratorExtension.class)
final class LongIdsIT {
    private static final Predicate<CouchRequest> BY_ID = Requests.allDocs()
            .and(Requests.method("POST"))
            .and(request -> !request.ids().isEmpty());

    @TempDir
    private Path logs;

    /** The long ones are many in the middle, so that ranges begin and end at them, and at both ends of all ids. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void readsIdsThatAreLongerThanARequestLine(int workers, CouchDouble couch, TestDatabase database) throws Exception {
        List<String> ids = new ArrayList<>(Orders.ids(2_000));
        IntStream.range(0, 12).mapToObj(i -> "a" + "x".repeat(9_000) + i).forEach(ids::add);
        IntStream.range(0, 60).mapToObj(i -> "o00998" + "x".repeat(9_000) + i).forEach(ids::add);
        IntStream.range(0, 12).mapToObj(i -> "文".repeat(900) + i).forEach(ids::add);
        fill(couch, database, ids);

        Result result = migrator(couch, database).workers(workers).build().run();
        couch.database("orders").load(Stream.of(order("z".repeat(9_000))));
        Result second = migrator(couch, database).workers(workers).build().run();
        Result verified = migrator(couch, database).workers(workers).build().verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(ids.size());
        assertThat(second.tallies().written()).isEqualTo(1);
        assertThat(database.query("select count(*) from orders")).containsExactly("" + (ids.size() + 1));
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.tallies().alreadyThere()).isEqualTo(ids.size() + 1);
    }

    /** Up to 2.3 CouchDB answers a range in a body from the beginning: the URL is the only way. */
    @Test
    void readsIdsOfAServerThatReadsNoBodiesAsFarAsUrlsGo(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(Pose.OLD).start()) {
            List<String> ids =
                    IntStream.range(0, 300).mapToObj(i -> "x".repeat(3_000) + i).toList();
            fill(couch, database, ids);

            Result result = migrator(couch, database).build().run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.tallies().written()).isEqualTo(300);
        }
    }

    @Test
    void saysWhatToDoWhereAServerReadsNoBodiesAndTakesNoSuchUrl(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(Pose.OLD).start()) {
            fill(
                    couch,
                    database,
                    IntStream.range(0, 300).mapToObj(i -> "x".repeat(9_000) + i).toList());

            Result result = migrator(couch, database).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
            assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContainingAll("400", "an id is so long that the URL has", "use a newer CouchDB"));
        }
    }

    @Test
    void asksForFewerDocumentsByIdWhereSoManyAreTooMuch(CouchDouble couch, TestDatabase database) throws Exception {
        List<String> ids = IntStream.range(0, 50)
                .mapToObj(i -> "o" + "x".repeat(2_500) + i)
                .toList();
        fill(couch, database, ids);
        ids.forEach(couch.database("orders")::unreadable);
        Result rejected = migrator(couch, database).build().run();
        ids.forEach(couch.database("orders")::readable);
        couch.script(Fault.status(413).on(BY_ID.and(request -> request.ids().size() > 3)));

        Result result = migrator(couch, database).build().run();

        assertThat(rejected.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(50);
    }

    @Test
    void endsWhereNotEvenOneIdIsTaken(CouchDouble couch, TestDatabase database) throws Exception {
        fill(couch, database, Orders.ids(20));
        couch.script(Fault.status(413).on(BY_ID));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContainingAll("413", "documents of \"orders\" by id (1)", "raise the size of a request"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30, 150})
    void asksForNoMoreRowsThanTheServerAllowsOnceItHasSaidSo(int most, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().queryLimit(most).start()) {
            int count = most == 1 ? 40 : 2_500;
            fill(couch, database, Orders.ids(count));
            IntStream.range(0, 35).forEach(i -> couch.database("orders").unreadable(Orders.id(i)));
            Result rejected = migrator(couch, database).build().run();
            IntStream.range(0, 35).forEach(i -> couch.database("orders").readable(Orders.id(i)));
            couch.forgetRequests();

            Result result = migrator(couch, database).build().run();
            Result verified = migrator(couch, database).build().verify();

            assertThat(rejected.tallies().rejected()).isEqualTo(35);
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(count));
            assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(couch.requests(Requests.pages()
                            .and(request ->
                                    Integer.parseInt(request.parameter("limit").orElse("0")) > most)))
                    .as("requests of the verification that the server refused")
                    .hasSizeLessThan(3);
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs).maxOutage(Duration.ofSeconds(20));
    }

    private static void fill(CouchDouble couch, TestDatabase database, List<String> ids) throws Exception {
        database.execute("create table orders (id text not null unique, customer text, total integer)");
        couch.create("orders").load(ids.stream().map(LongIdsIT::order));
    }

    private static JsonObject order(String id) {
        JsonObject order = new JsonObject();
        order.addProperty("_id", id);
        order.addProperty("customer", "c");
        order.addProperty("total", 1);
        return order;
    }
}
