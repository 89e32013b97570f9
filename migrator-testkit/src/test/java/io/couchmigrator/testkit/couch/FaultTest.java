// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.testkit.faults.ScriptedFault;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
    private static final String PAGE = "orders/_all_docs?include_docs=true";

    private final CouchDouble couch = CouchDouble.start();
    private final CouchClient client = new CouchClient(couch.url());
    private final OkHttpClient http =
            new OkHttpClient.Builder().retryOnConnectionFailure(false).build();

    @BeforeEach
    void fill() {
        couch.create("orders").load(IntStream.range(0, 50).mapToObj(i -> document("doc-" + (10 + i))));
    }

    @AfterEach
    void stop() {
        couch.close();
    }

    @Test
    void answersAStatusInstead() throws IOException {
        couch.script(Fault.status(503).retryAfter(2).on(Requests.allDocs()).once());

        CouchClient.Reply reply = client.get(PAGE);

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.headers().get("Retry-After")).isEqualTo("2");
        assertThat(reply.json().get("error").getAsString()).isEqualTo("service_unavailable");
        assertThat(client.get(PAGE).status()).isEqualTo(200);
    }

    @Test
    void answersAStatusWithoutABody() throws IOException {
        couch.script(Fault.status(502).body("").on(Requests.any()));

        assertThat(client.get(PAGE).body()).isEmpty();
    }

    @Test
    void redirects() throws IOException {
        couch.script(Fault.redirect("http://elsewhere.example/").on(Requests.any()));

        CouchClient.Reply reply = client.get(PAGE);

        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.headers().get("Location")).isEqualTo("http://elsewhere.example/");
    }

    @Test
    void disconnectsInsteadOfAnswering() throws IOException {
        couch.script(Fault.disconnect().on(Requests.allDocs()).once());

        assertThatThrownBy(() -> client.get(PAGE)).isInstanceOf(IOException.class);
        assertThat(client.get(PAGE).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100, 3000})
    void cutsAfterExactlySoManyBytes(long bytes) throws IOException {
        String whole = client.get(PAGE).body();
        couch.script(Fault.cutAfterBytes(bytes).on(Requests.allDocs()));

        Buffer received = new Buffer();
        assertThatThrownBy(() -> readAll(PAGE, received)).isInstanceOf(IOException.class);

        assertThat(received.readUtf8()).isEqualTo(whole.substring(0, (int) bytes));
    }

    @Test
    void cutsAfterSoManyRows() throws IOException {
        couch.script(Fault.cutAfterRows(3).on(Requests.allDocs()));

        Buffer received = new Buffer();
        assertThatThrownBy(() -> readAll(PAGE, received)).isInstanceOf(IOException.class);

        assertThat(received.readUtf8()).contains("\"doc-12\"").endsWith("}").doesNotContain("\"doc-13\"");
    }

    @Test
    void cutsADocumentShortOfItsLength() {
        couch.script(Fault.cutAfterBytes(5).on(Requests.to(Endpoint.DOCUMENT)));

        assertThatThrownBy(() -> client.get("orders/doc-10")).isInstanceOf(IOException.class);
    }

    @Test
    void endsAResponseProperlyButEarly() throws IOException {
        couch.script(Fault.truncateAfterBytes(100).on(Requests.any()));

        CouchClient.Reply page = client.get(PAGE);
        CouchClient.Reply document = client.get("orders/doc-10");

        assertThat(page.body()).hasSize(100);
        assertThatThrownBy(page::json).isInstanceOf(JsonParseException.class);
        assertThat(document.headers().get("Transfer-Encoding")).isEqualTo("chunked");
    }

    @Test
    void corruptsOneByte() throws IOException {
        Buffer whole = new Buffer();
        readAll(PAGE, whole);
        couch.script(Fault.corruptByte(2000).on(Requests.allDocs()));

        Buffer received = new Buffer();
        readAll(PAGE, received);

        assertThat(received.size()).isEqualTo(whole.size());
        assertThat(received.getByte(2000)).isEqualTo((byte) 0xFF);
        assertThat(received.getByte(1999)).isEqualTo(whole.getByte(1999));
        assertThat(received.getByte(2001)).isEqualTo(whole.getByte(2001));
    }

    @Test
    void stallsUntilReleased() throws Exception {
        couch.script(Fault.stallAfterBytes(100).on(Requests.allDocs()).once());
        Buffer received = new Buffer();

        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
            try {
                readAll(PAGE, received);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        couch.awaitStalled(1, Duration.ofSeconds(10));
        couch.release();

        assertThat(reading).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(received.readUtf8()).endsWith("]}\n");
    }

    @Test
    void stallsLongerThanAClientWaits() {
        couch.script(Fault.stallAfterBytes(100).on(Requests.allDocs()).once());
        OkHttpClient impatient =
                http.newBuilder().readTimeout(Duration.ofMillis(100)).build();

        assertThatThrownBy(() -> new CouchClient(couch.url(), impatient).get(PAGE))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void saysNothingAtAll() {
        couch.script(Fault.silence().on(Requests.allDocs()).once());
        OkHttpClient impatient =
                http.newBuilder().readTimeout(Duration.ofMillis(100)).build();

        assertThatThrownBy(() -> new CouchClient(couch.url(), impatient).get(PAGE))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void stopsWhileAnswersAreStalled() throws Exception {
        couch.script(Fault.stallAfterBytes(10).on(Requests.allDocs()));
        CompletableFuture<Void> reading = CompletableFuture.runAsync(
                () -> assertThatThrownBy(() -> readAll(PAGE, new Buffer())).isInstanceOf(IOException.class));
        couch.awaitRequests(Requests.allDocs(), 1, Duration.ofSeconds(10));

        couch.stop();

        assertThat(reading).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void dribbles() throws IOException {
        couch.script(Fault.dribble(1000, Duration.ofMillis(1)).on(Requests.allDocs()));

        assertThat(client.get(PAGE).json().get("total_rows").getAsInt()).isEqualTo(50);
    }

    @Test
    void hidesABody() throws IOException {
        couch.script(Fault.hideBody("doc-11").on(Requests.pages()).once());

        CouchClient.Reply first = client.get(PAGE);

        assertThat(first.body())
                .containsPattern(
                        "\"id\":\"doc-11\",\"key\":\"doc-11\",\"value\":\\{\"rev\":\"1-[0-9a-f]+\"},\"doc\":null");
        assertThat(client.get(PAGE).body()).doesNotContain("null");
    }

    @Test
    void leavesOutARowAndNothingElse() throws IOException {
        String whole = client.get(PAGE).body();
        couch.script(Fault.omitRow("doc-11").on(Requests.pages()).once());

        String page = client.get(PAGE).body();

        assertThat(page.lines()).hasSize((int) whole.lines().count() - 1);
        assertThat(whole).contains("\"doc-11\"");
        assertThat(page).doesNotContain("\"doc-11\"").startsWith(whole.substring(0, whole.indexOf("rows")));
    }

    @Test
    void answersAFalseOffset() throws IOException {
        couch.script(Fault.falseOffset(-2).on(Requests.allDocs()));

        assertThat(client.get(PAGE + "&skip=10").json().get("offset").getAsInt())
                .isEqualTo(8);
    }

    @Test
    void hitsTheKthRequestOnly() throws IOException {
        ScriptedFault fault =
                couch.script(Fault.status(500).on(Requests.query("limit", "1")).nth(3));

        List<Integer> statuses = statuses(5);

        assertThat(statuses).containsExactly(200, 200, 500, 200, 200);
        assertThat(fault.hits()).isEqualTo(1);
    }

    @Test
    void hitsByChanceAndTheSameForTheSameSeed() throws IOException {
        ScriptedFault first = couch.script(Fault.status(500).on(Requests.any()).chance(0.5, 7));
        List<Integer> once = statuses(20);
        first.cancel();
        couch.script(Fault.status(500).on(Requests.any()).chance(0.5, 7));

        assertThat(statuses(20)).isEqualTo(once).contains(200, 500);
    }

    @Test
    void heals() throws IOException {
        couch.script(Fault.status(500).on(Requests.any()));

        couch.heal();

        assertThat(client.get(PAGE).status()).isEqualTo(200);
    }

    @Test
    void lowersTheLimitOfPagesAndTellsWhatIsPending() throws IOException {
        couch.script(Fault.lowerLimit(20).on(Requests.any()));

        JsonObject page = client.get("orders/_all_docs?limit=30").json();
        JsonObject fewer = client.get("orders/_all_docs?limit=3").json();
        JsonObject changes = client.get("orders/_changes?since=0&limit=30").json();

        assertThat(page.getAsJsonArray("rows")).hasSize(20);
        assertThat(fewer.getAsJsonArray("rows")).hasSize(3);
        assertThat(changes.getAsJsonArray("results")).hasSize(20);
        assertThat(changes.get("pending").getAsInt()).isEqualTo(30);
    }

    @Test
    void hitsRequestsThatNameADocument() throws IOException {
        couch.script(Fault.status(500).on(Requests.document("doc-10")));

        assertThat(client.get("orders/doc-10").status()).isEqualTo(500);
        assertThat(client.send("POST", "orders/_all_docs", "{\"keys\":[\"doc-10\"]}")
                        .status())
                .isEqualTo(500);
        assertThat(client.get("orders/doc-11").status()).isEqualTo(200);
    }

    private List<Integer> statuses(int requests) throws IOException {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            statuses.add(client.get("orders/_all_docs?limit=1").status());
        }
        return statuses;
    }

    /** Reads a body piece by piece, so that what came before a cut is kept. */
    private void readAll(String path, Buffer received) throws IOException {
        Request request = new Request.Builder().url(couch.url() + path).build();
        try (Response response = http.newCall(request).execute()) {
            long read = 0;
            while (read >= 0) {
                read = response.body().source().read(received, 8192);
            }
        }
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        document.addProperty("text", "x".repeat(100));
        return document;
    }
}
