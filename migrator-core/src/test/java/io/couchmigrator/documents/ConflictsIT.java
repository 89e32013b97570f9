// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Endpoint;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.couch.Snapshot;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Documents whose conflicts are ended after a run has read the revision that lost. */
@ExtendWith(MigratorExtension.class)
final class ConflictsIT {
    private static final int COUNT = 5;

    @TempDir
    private Path logs;

    @Test
    void leaveTheRowsOfTheRevisionsThatAreLeft(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copiedWithConflicts(couch, database);
        List<String> before = Copies.rows(database);

        endAll(couch, shop);
        Result verifiedBefore = verify(couch, database);
        Result result = run(couch, database);
        Result verified = verify(couch, database);

        assertThat(before).containsExactly("d000=3", "d001=3", "d002=3", "d003=3", "d004=3");
        assertThat(verifiedBefore.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=9", "d001=9", "d002=9", "d003=9", "d004=9");
        assertThat(database.query("select distinct rev from shop")).containsExactly("2-" + "e".repeat(32));
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void areToldFromAnOlderState(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copiedWithConflicts(couch, database);
        Snapshot backup = shop.snapshot();
        IntStream.range(0, COUNT).forEach(i -> shop.put(Copies.document(Copies.id(i), 4)));
        run(couch, database);
        shop.restore(backup);
        endAll(couch, shop);
        shop.load(Copies.documents(100).skip(COUNT));

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("seen revision 2-e"));
        assertThat(Copies.rows(database)).allMatch(row -> row.endsWith("=4"));
    }

    @Test
    void areTakenForAnotherDatabaseWhereTheServerDoesNotTellWhichRevisionsItKnows(
            CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = copiedWithConflicts(couch, database);
        endAll(couch, shop);
        couch.script(Fault.status(403).on(Requests.to(Endpoint.REVS_DIFF)));

        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
    }

    @Test
    void areAskedForOnlyWhereAWitnessDoesNotFit(CouchDouble couch, TestDatabase database) throws Exception {
        copiedWithConflicts(couch, database);
        run(couch, database);

        assertThat(couch.requests(Requests.to(Endpoint.REVS_DIFF))).isEmpty();
    }

    /** Each document was edited twice here, and once where another one was created under its id. */
    private CouchDatabase copiedWithConflicts(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        for (int i = 0; i < COUNT; i++) {
            for (int edit = 1; edit <= 3; edit++) {
                shop.put(Copies.document(Copies.id(i), edit));
            }
            String other =
                    "{\"new_edits\":false,\"docs\":[{\"_id\":\"%s\",\"_rev\":\"2-%s\",\"_revisions\":{\"start\":2,\"ids\":[\"%s\",\"%s\"]},\"value\":9}]}";
            String revision = "e".repeat(32);
            ask(couch, "_bulk_docs", "POST", other.formatted(Copies.id(i), revision, revision, "f".repeat(32)));
        }
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);
        return shop;
    }

    /** Deletes the winners, over HTTP as an application does. */
    private static void endAll(CouchDouble couch, CouchDatabase shop) throws Exception {
        for (int i = 0; i < COUNT; i++) {
            JsonObject winner = shop.get(Copies.id(i)).orElseThrow();
            ask(couch, Copies.id(i) + "?rev=" + winner.get("_rev").getAsString(), "DELETE", "");
        }
    }

    private static void ask(CouchDouble couch, String path, String method, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(couch.url()).resolve("/shop/" + path))
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .run();
    }

    private Result verify(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .startVerification()
                .result();
    }
}
