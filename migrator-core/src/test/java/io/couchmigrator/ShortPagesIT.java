// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A page shorter than its limit is no end: a proxy in between may lower what is asked for. */
@ExtendWith(MigratorExtension.class)
final class ShortPagesIT {
    private static final Predicate<CouchRequest> FEED = Requests.changes().and(Requests.query("include_docs", "true"));

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void catchesUpWithEverythingWhereAProxyLowersTheLimitOfTheFeed(boolean pending, TestDatabase database)
            throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pending(pending).start()) {
            migrated(couch, database).load(Orders.between(10, 510));
            couch.script(Fault.lowerLimit(100).on(Requests.changes()));

            Result result = migrator(couch, database).build().run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(result.tallies().written()).isEqualTo(500);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(510));
        }
    }

    /** PouchDB Server does so with ids that begin beyond U+00FF. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0100", "\uffff", "\ud83d\ude00"})
    void isNoEndWhereAServerSendsAnIdOnlyOnPagesThatSayWhereTheyEnd(String id, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(Offsets.ZERO).start()) {
            JsonObject order = Orders.order(0, "c");
            order.addProperty("_id", id);
            Orders.create(couch, database, 10).put(order);
            couch.script(Fault.omitRow(id)
                    .on(Requests.pages().and(request -> request.endKey().isEmpty())));

            Result result = migrator(couch, database).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).hasSize(11).contains(id);
        }
    }

    /** What comes while a catch-up reads is for the next one, else a source that is never still would keep it for ever. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endsOnASourceThatIsNeverStill(boolean pending, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pending(pending).start()) {
            CouchDatabase orders = migrated(couch, database);
            orders.load(Orders.between(10, 60));
            couch.script(Fault.lowerLimit(20).on(Requests.changes()));
            AtomicInteger count = new AtomicInteger(60);
            Migration migration = Orders.migration(Orders.stage()
                    .transform((order, context) -> {
                        orders.load(Orders.between(count.get(), count.incrementAndGet()));
                        return List.of(order);
                    })
                    .build());

            Result result =
                    Orders.migrator(migration, couch, database, logs).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).containsAll(Orders.ids(60));
        }
    }

    @ParameterizedTest
    @CsvSource({"EXACT, 1", "EXACT, 4", "NULL, 1"})
    void readsEveryDocumentWhereAProxyLowersTheLimitOfItsPages(Offsets offsets, int workers, TestDatabase database)
            throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(offsets).start()) {
            Orders.create(couch, database, 2_500);
            couch.script(Fault.lowerLimit(90).on(Requests.allDocs()));

            Result result = migrator(couch, database).workers(workers).build().run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(result.tallies().written()).isEqualTo(2_500);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(2_500));
        }
    }

    /** What is deleted below a range while its last page but one is read makes the ranks agree with what was read up to there. */
    @Test
    void losesNothingBehindAShortPageWhereAsMuchIsDeletedBelowIt(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 2_500);
        couch.script(Fault.lowerLimit(2).on(Requests.pages()));
        Migration migration = Orders.migration(Orders.stage()
                .condition(order -> {
                    endOfFirstRange()
                            .filter(end -> order.id().equals(Orders.id(end - 2)))
                            .ifPresent(end -> orders.delete(Orders.id(0)));
                    return true;
                })
                .build());

        Result result =
                Orders.migrator(migration, couch, database, logs).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(orders.get(Orders.id(0))).isEmpty();
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(2_500));
    }

    private Optional<Integer> endOfFirstRange() {
        try {
            return Pattern.compile("\"before\": \"o(\\d+)\"")
                    .matcher(Files.readString(logs.resolve("orders.offsets.json")))
                    .results()
                    .map(before -> Integer.valueOf(before.group(1)))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void knowsInAVerificationWhatChangedWhereAProxyLowersTheLimitOfTheFeed(boolean pending, TestDatabase database)
            throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pending(pending).start()) {
            migrated(couch, database).load(Orders.between(10, 510));
            couch.script(Fault.lowerLimit(100).on(Requests.changes()));

            Result result = migrator(couch, database).build().verify();

            assertThat(result.failures()).isEmpty();
            assertThat(result.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 500));
        }
    }

    @Test
    void failsWhereAFeedTellsOfMoreAndSendsNothing(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database).load(Orders.between(10, 20));
        couch.script(Fault.status(200)
                .body("{\"results\":[],\"last_seq\":\"20-x\",\"pending\":10}")
                .on(FEED));

        Result failed =
                migrator(couch, database).maxOutage(Duration.ZERO).build().run();
        couch.heal();
        Result next = migrator(couch, database).build().run();

        assertThat(failed.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(failed.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("an empty page with 10 changes pending"));
        assertThat(next.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(20));
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs);
    }

    /** Makes a database of ten orders, which a run has brought over. */
    private CouchDatabase migrated(CouchDouble couch, TestDatabase database) throws SQLException {
        CouchDatabase orders = Orders.create(couch, database, 10);
        migrator(couch, database).build().run();
        return orders;
    }
}
