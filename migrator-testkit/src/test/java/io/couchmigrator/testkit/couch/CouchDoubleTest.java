// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static io.couchmigrator.testkit.couch.CouchClient.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CouchDoubleTest {
    private final CouchDouble couch = CouchDouble.start();
    private final CouchClient client = new CouchClient(couch.url());

    @AfterEach
    void stop() {
        couch.close();
    }

    @Test
    void keepsDocumentsAndPortOverARestart() throws IOException {
        couch.create("orders").put(document("a"));
        String url = couch.url();
        assertThat(client.get("orders/a").status()).isEqualTo(200);

        couch.stop();
        assertThatThrownBy(() -> client.get("orders/a")).isInstanceOf(IOException.class);
        couch.restart();

        assertThat(couch.url()).isEqualTo(url);
        assertThat(client.get("orders/a").status()).isEqualTo(200);
    }

    @Test
    void countsEditsAndDeletions() throws IOException {
        CouchDatabase database = couch.create("orders");

        assertThat(database.put(document("a"))).startsWith("1-");
        assertThat(database.put(document("a"))).startsWith("2-");
        database.put(document("b"));
        assertThat(database.delete("b")).startsWith("2-");

        assertThat(database.count()).isEqualTo(1);
        assertThat(database.get("a")).isPresent();
        assertThat(database.get("b")).isEmpty();
        JsonObject description = client.get("orders").json();
        assertThat(description.get("doc_del_count").getAsInt()).isEqualTo(1);
        assertThat(description.get("update_seq").getAsString()).startsWith("4-");
    }

    @Test
    void storesADocumentThatIsDeep() throws IOException {
        couch.create("orders");
        String deep = "[{\"\":".repeat(10_000) + "null" + "}]".repeat(10_000);

        int stored = client.send("PUT", "orders/a", "{\"d\":" + deep + "}").status();

        assertThat(stored).isEqualTo(201);
        assertThat(client.get("orders/a").body()).contains(deep);
    }

    @Test
    void loadsManyAtOnce() throws IOException {
        CouchDatabase database = couch.create("orders");

        database.load(IntStream.range(0, 3000).mapToObj(i -> document("doc-" + i)));

        assertThat(database.count()).isEqualTo(3000);
        assertThat(client.get("orders/_all_docs?limit=0&startkey=" + key("doc-1000"))
                        .json()
                        .get("offset")
                        .getAsInt())
                .isEqualTo(4);
    }

    @Test
    void loadsEditsAndDeletionsInTheirOrder() throws IOException {
        CouchDatabase database = couch.create("orders");
        JsonObject deleted = document("b");
        deleted.addProperty("_deleted", true);

        database.load(Stream.of(document("b"), document("a"), document("a"), deleted));
        database.load(Stream.of(document("c"), document("b")));

        assertThat(client.get("orders/_changes").body())
                .containsSubsequence("\"id\":\"a\"", "2-", "\"id\":\"c\"", "1-", "\"id\":\"b\"", "3-");
        assertThat(database.count()).isEqualTo(3);
    }

    @Test
    void refusesDocumentsThatCouchDbWouldRefuse() {
        CouchDatabase database = couch.create("orders");
        JsonObject surrogate = document("a");
        surrogate.addProperty("text", "\ud800");

        assertThatThrownBy(() -> database.put(surrogate)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> database.put(document("_local"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> database.put(new JsonObject())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> database.delete("missing")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hidesABodyThatCannotBeReadAndMendsIt() throws IOException {
        CouchDatabase database = couch.create("orders");
        database.put(document("a"));
        database.unreadable("a");

        assertThat(client.get("orders/_all_docs?include_docs=true").body()).contains("},\"doc\":null}");
        assertThat(client.get("orders/_changes?include_docs=true").body()).contains("\"doc\":null}");
        assertThat(client.get("orders/a").status()).isEqualTo(500);

        database.readable("a");
        assertThat(client.get("orders/a").status()).isEqualTo(200);
    }

    @Test
    void servesRawBytesAsTheyAre() throws IOException {
        byte[] body = "{\"_id\":\"a\",\"x\":\"\\ud800 \u0001 \u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
        couch.create("orders").putRaw("a", body);

        assertThat(client.get("orders/a").body()).contains("\\ud800 \u0001 \ufffd");
    }

    @Test
    void takesTheRevisionThatRawBytesState() throws IOException {
        String stated = "3-0123456789abcdef0123456789abcdef";
        String body = "{ \"_rev\" : \"%s\",\"_id\":\"a\"}".formatted(stated);

        String revision = couch.create("orders").putRaw("a", body.getBytes(StandardCharsets.UTF_8));

        assertThat(revision).isEqualTo(stated);
        assertThat(client.get("orders/_all_docs?include_docs=true").body())
                .contains("\"value\":{\"rev\":\"%s\"},\"doc\":%s}".formatted(stated, body));
    }

    @Test
    void answersAViewByGivenCounts() throws IOException {
        couch.create("orders").view("app", "by_type", () -> Map.of("b", 2L, "a", 1L));

        assertThat(client.get("orders/_design/app/_view/by_type?group_level=1").body())
                .isEqualTo("{\"rows\":[\n{\"key\":[\"a\"],\"value\":1},\n{\"key\":[\"b\"],\"value\":2}\n]}\n");
        assertThat(client.get("orders/_design/app/_view/by_type").body())
                .isEqualTo("{\"rows\":[\n{\"key\":null,\"value\":3}\n]}\n");
    }

    @Test
    void wakesALongpollWhenSomethingChanges() throws Exception {
        CouchDatabase database = couch.create("orders");
        CompletableFuture<String> changes = CompletableFuture.supplyAsync(() -> {
            try {
                return client.get("orders/_changes?feed=longpoll&since=0&timeout=50000")
                        .body();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        couch.awaitRequests(Requests.changes(), 1, Duration.ofSeconds(10));

        database.put(document("a"));

        assertThat(changes).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(changes.join()).contains("\"id\":\"a");
    }

    @Test
    void givesARecreatedDatabaseAnotherCreationTime() throws IOException {
        couch.create("orders");
        JsonElement first = client.get("orders").json().get("instance_start_time");

        couch.drop("orders");
        couch.create("orders");

        assertThat(client.get("orders").json().get("instance_start_time")).isNotEqualTo(first);
    }

    @Test
    void posesAsAnOldServer() throws IOException {
        try (CouchDouble old = CouchDouble.builder().pose(Pose.OLD).start()) {
            old.create("orders");
            CouchClient toOld = new CouchClient(old.url());

            assertThat(toOld.get("").json().has("uuid")).isFalse();
            assertThat(toOld.get("orders").json().get("instance_start_time").getAsString())
                    .isEqualTo("0");
        }
    }

    @Test
    void posesAsThreeNodes() throws IOException {
        try (CouchDouble nodes = CouchDouble.builder().pose(Pose.THREE_NODES).start()) {
            CouchClient toNodes = new CouchClient(nodes.url());

            Set<String> uuids = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                uuids.add(toNodes.get("").json().get("uuid").getAsString());
            }

            assertThat(uuids).hasSize(3);
        }
    }

    @Test
    void answersOffsetsOfOtherServers() throws IOException {
        List<String> offsets = new ArrayList<>();
        for (Offsets kind : Offsets.values()) {
            try (CouchDouble other = CouchDouble.builder().offsets(kind).start()) {
                other.create("orders").put(document("a"));
                offsets.add(new CouchClient(other.url())
                        .get("orders/_all_docs?startkey=" + key("b"))
                        .json()
                        .get("offset")
                        .toString());
            }
        }

        assertThat(offsets).containsExactly("1", "0", "null");
    }

    @Test
    void locksAnAccountAfterWrongPasswords() throws IOException {
        try (CouchDouble guarded = CouchDouble.builder()
                .credentials("admin", "secret")
                .lockedAfter(2)
                .start()) {
            guarded.create("orders");
            CouchClient toGuarded = new CouchClient(guarded.url());
            Headers right = Headers.of("Authorization", Credentials.basic("admin", "secret"));
            Headers wrong = Headers.of("Authorization", Credentials.basic("admin", "guess"));

            assertThat(toGuarded.send("GET", "orders", null, right).status()).isEqualTo(200);
            assertThat(toGuarded.send("GET", "orders", null, wrong).status()).isEqualTo(401);
            assertThat(toGuarded.send("GET", "orders", null, wrong).status()).isEqualTo(401);
            CouchClient.Reply locked = toGuarded.send("GET", "orders", null, right);
            guarded.unlockAccounts();

            assertThat(locked.status()).isEqualTo(403);
            assertThat(locked.json().get("reason").getAsString()).contains("temporarily locked");
            assertThat(toGuarded.send("GET", "orders", null, right).status()).isEqualTo(200);
        }
    }

    @Test
    void speaksHttpsBehindABasePath() throws IOException {
        try (CouchDouble proxied =
                CouchDouble.builder().https().basePath("/couch").start()) {
            proxied.create("orders");
            X509Certificate certificate = proxied.certificate().orElseThrow();
            HandshakeCertificates trust = new HandshakeCertificates.Builder()
                    .addTrustedCertificate(certificate)
                    .build();
            OkHttpClient http = new OkHttpClient.Builder()
                    .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                    .build();

            assertThat(proxied.url()).startsWith("https://127.0.0.1:").endsWith("/couch/");
            assertThat(new CouchClient(proxied.url(), http).get("orders").status())
                    .isEqualTo(200);
            assertThat(new CouchClient(proxied.url().replace("/couch/", "/"), http)
                            .get("orders")
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void logsWhatWasAsked() throws IOException {
        couch.create("orders");

        client.get("orders/_all_docs?limit=3&startkey=" + key("a/ü+b"));
        client.get("orders/_design%2Fx");

        assertThat(couch.requests()).hasSize(2);
        CouchRequest page = couch.requests(Requests.allDocs()).get(0);
        assertThat(page.database()).isEqualTo("orders");
        assertThat(page.startKey()).contains("a/ü+b");
        assertThat(page.query()).containsEntry("limit", "3");
        assertThat(couch.requests(Requests.document("_design/x"))).hasSize(1);
    }

    @Test
    void complainsAboutRequestsThatDoNotCome() {
        assertThatThrownBy(() -> couch.awaitRequests(Requests.any(), 1, Duration.ofMillis(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Expected 1");
    }

    @Test
    void saysWhatItDoesNotDo() throws IOException {
        couch.create("orders");

        assertThat(client.send("POST", "orders/_find", "{}").status()).isEqualTo(501);
        assertThat(client.get("orders/_changes?filter=app/mine").status()).isEqualTo(501);
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        return document;
    }
}
