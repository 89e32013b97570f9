// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Purges beyond what {@link PurgeContract} asks of every server: without HTTP, and beside what else the double does. */
final class PurgeTest {
    private final CouchDouble couch = CouchDouble.start();
    private final CouchDatabase database = couch.create("orders");
    private final CouchClient client = new CouchClient(couch.url());

    @AfterEach
    void close() {
        couch.close();
    }

    @Test
    void purgesADocumentAndATombstone() throws IOException {
        String living = database.put(document("a"));
        database.put(document("b"));
        String tombstone = database.delete("b");

        assertThat(database.purge("a")).isEqualTo(living);
        assertThat(database.purge("b")).isEqualTo(tombstone);

        assertThat(purgeSequence()).startsWith("2-");
        assertThat(infos()).contains(living, tombstone);
        assertThat(client.get("orders/_changes").json().getAsJsonArray("results"))
                .isEmpty();
    }

    @Test
    void purgesNothingThatIsNotThere() {
        database.put(document("a"));
        database.purge("a");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> database.purge("a"))
                .withMessageContaining("Expected a document a or its tombstone in orders");
    }

    @Test
    void forgetsPurgesOverTheLimit() throws IOException {
        client.send("PUT", "orders/_purged_infos_limit", "2");

        for (String id : new String[] {"c", "b", "a"}) {
            database.put(document(id));
            database.purge(id);
        }

        assertThat(infos()).contains("\"a\"", "\"b\"").doesNotContain("\"c\"");
        assertThat(purgeSequence()).startsWith("3-");
    }

    @Test
    void goesBackWithASnapshot() throws IOException {
        database.put(document("a"));
        Snapshot snapshot = database.snapshot();
        database.purge("a");

        database.restore(snapshot);

        assertThat(database.get("a")).isPresent();
        assertThat(purgeSequence()).startsWith("0-");
        assertThat(infos()).isEqualTo("{\"purged_infos\":[]}\n");
    }

    @Test
    void leavesALongpollWaiting() throws Exception {
        database.put(document("a"));
        String now =
                client.get("orders/_changes?since=now").json().get("last_seq").getAsString();
        CompletableFuture<String> changes = CompletableFuture.supplyAsync(() -> {
            try {
                return client.get("orders/_changes?feed=longpoll&timeout=50000&since=" + now)
                        .body();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        couch.awaitRequests(Requests.query("feed", "longpoll"), 1, Duration.ofSeconds(10));

        database.purge("a");
        database.put(document("b"));

        assertThat(changes).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(changes.join()).contains("\"id\":\"b\"");
    }

    @Test
    void logsWhichDocumentsARequestPurges() throws IOException {
        client.send("POST", "orders/_purge", "{\"a\":[],\"b\":[]}");

        assertThat(couch.requests(Requests.to(Endpoint.PURGE).and(Requests.document("b"))))
                .hasSize(1);
    }

    private String purgeSequence() throws IOException {
        return client.get("orders").json().get("purge_seq").getAsString();
    }

    private String infos() throws IOException {
        return client.get("orders/_purged_infos").body();
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        return document;
    }
}
