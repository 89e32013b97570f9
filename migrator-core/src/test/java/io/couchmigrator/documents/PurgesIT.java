// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Listener;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Endpoint;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Documents that go without a tombstone, while a table of theirs is kept up. */
@ExtendWith(MigratorExtension.class)
final class PurgesIT {
    private static final int COUNT = 200;
    private static final Predicate<CouchRequest> INFOS = Requests.to(Endpoint.PURGED_INFOS);
    private static final Predicate<CouchRequest> LIMIT = Requests.to(Endpoint.PURGED_INFOS_LIMIT);

    @TempDir
    private Path logs;

    @Test
    void takeTheirRowsAlongAndAreAskedForOnce(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database);
        IntStream.range(0, 100).mapToObj(Copies::id).forEach(shop::purge);
        shop.put(Copies.document("d050", 5_000));

        Result result = run(couch, database);
        couch.forgetRequests();
        Result unchanged = run(couch, database);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(99);
        assertThat(Copies.rows(database)).hasSize(101).contains("d050=5000").doesNotContain("d049=49");
        assertThat(unchanged.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(couch.requests(INFOS)).isEmpty();
    }

    @Test
    void areFoundByReadingAllAgainWhereTheServerTellsOfFewer(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = copied(couch, database);
        lowerLimit(couch, 2);
        List<String> purged = notWitnesses().subList(0, 5);
        purged.forEach(shop::purge);

        Result result = run(couch, database);
        Result unchanged = run(couch, database);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(5);
        assertThat(result.tallies().read()).isGreaterThanOrEqualTo(COUNT);
        assertThat(Copies.rows(database)).hasSize(COUNT - 5);
        assertThat(unchanged.tallies().read()).isZero();
    }

    @Test
    void areToldByAServerThatDoesNotTellItsLimitIfItTellsOfAllThereWere(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase shop = copied(couch, database);
        couch.script(Fault.status(401).on(LIMIT));
        shop.purge("d007");

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(1);
        assertThat(result.tallies().read()).isEqualTo(1);
    }

    @Test
    void areFoundByReadingAllAgainWhereTheyAreNotTold(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database);
        couch.script(Fault.status(404).on(INFOS));
        shop.purge(notWitnesses().get(0));

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(1);
        assertThat(Copies.rows(database)).hasSize(COUNT - 1);
    }

    @Test
    void areNotTakenForDoneBeforeTheyAre(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copied(couch, database);
        String id = notWitnesses().get(0);
        shop.purge(id);
        couch.script(Fault.status(403).on(request -> request.ids().contains(id)));

        Result failed = run(couch, database);
        couch.heal();
        Result second = run(couch, database);

        assertThat(failed.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.tallies().deleted()).isEqualTo(1);
    }

    @Test
    void areSeenWhereTheyHappenWhileTheRangesAreRead(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        Migrator migrator = Copies.migrator(Copies.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        shop.purge("d007");
                    }
                })
                .build();

        Result result = migrator.run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(COUNT - 1).doesNotContain("d007=7");
    }

    @Test
    void areCountedInAnOffsetFileThatOtherVersionsDoNotMisread(CouchDouble couch, TestDatabase database)
            throws Exception {
        copied(couch, database).purge("d007");
        run(couch, database);

        assertThat(offsets().getAsJsonArray("requires").toString()).isEqualTo("[\"purges\"]");
        assertThat(stage().get("purge_seq").getAsString()).startsWith("1-");
    }

    private CouchDatabase copied(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);
        return shop;
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .run();
    }

    /** A witness that was purged, and of which nobody tells, looks as if the database were another one. */
    private List<String> notWitnesses() throws IOException {
        Set<String> witnesses = stage().getAsJsonArray("witnesses").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(witness -> witness.get("id").getAsString())
                .collect(Collectors.toSet());
        return IntStream.range(0, COUNT)
                .mapToObj(Copies::id)
                .filter(id -> !witnesses.contains(id))
                .toList();
    }

    private JsonObject stage() throws IOException {
        return offsets().getAsJsonArray("stages").get(0).getAsJsonObject();
    }

    private JsonObject offsets() throws IOException {
        return JsonParser.parseString(Files.readString(logs.resolve("documents.offsets.json")))
                .getAsJsonObject();
    }

    private static void lowerLimit(CouchDouble couch, int purges) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(couch.url()).resolve("/shop/_purged_infos_limit"))
                .PUT(BodyPublishers.ofString(String.valueOf(purges)))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }
}
