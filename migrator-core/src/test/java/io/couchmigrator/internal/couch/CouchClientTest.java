// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Pose;
import io.couchmigrator.testkit.couch.Requests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import okhttp3.Dns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CouchClientTest {
    private final CouchDouble couch = CouchDouble.builder()
            .credentials("admin", "secret")
            .basePath("/couch")
            .start();
    private final CouchClient client = client("secret");

    @AfterEach
    void close() {
        client.close();
        couch.close();
    }

    @Test
    void tellsPassingFromTerminalStatusesAndNeverTheSecret() {
        couch.create("orders");
        List<Integer> passing = new ArrayList<>();
        // OkHttp takes a 407 from no proxy for a breach of the protocol, and gives no response.
        for (int status :
                IntStream.rangeClosed(300, 599).filter(code -> code != 407).toArray()) {
            couch.heal();
            couch.script(Fault.status(status).body("").on(Requests.any()));
            try {
                client.database("orders");
            } catch (PassingException e) {
                passing.add(status);
                assertThat(e instanceof BrokenAnswerException).as("%d", status).isEqualTo(status == 500);
                assertGood(String.valueOf(e.whenGivenUp().getMessage()), status);
            } catch (SourceException e) {
                assertGood(String.valueOf(e.getMessage()), status);
                assertThat(e.getCause()).isInstanceOf(StatusException.class);
            }
        }

        assertThat(passing)
                .containsExactlyElementsOf(IntStream.concat(IntStream.of(408, 429), IntStream.rangeClosed(500, 599))
                        .boxed()
                        .toList());
    }

    @Test
    void waitsForAnAccountThatIsLockedButNotForOneWithoutAccess() {
        couch.script(Fault.status(403)
                .body(
                        "{\"error\":\"forbidden\",\"reason\":\"Account is temporarily locked due to multiple authentication failures\"}")
                .on(Requests.any())
                .once());
        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(PassingException.class)
                .hasMessageContaining("temporarily locked")
                .hasMessageNotContaining("give user");
        couch.script(Fault.status(403).on(Requests.any()).once());

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("give user \"admin\" the right to read it");
    }

    @Test
    void saysWhichUserItsPasswordWasRefused() {
        try (CouchClient wrong = client("guessed")) {
            assertThatThrownBy(() -> wrong.database("orders"))
                    .isInstanceOf(SourceException.class)
                    .hasMessage(
                            "could not read database \"orders\" from CouchDB at " + couch.url()
                                    + ": the server answered 401 (unauthorized: Name or password is incorrect.): check the password of user \"admin\"");
        }
        assertThat(couch.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:secret@couch/a?token=secret, https://couch/a?…",
        "//user:se@cret@couch/, //couch/",
        "/login, /login"
    })
    void namesWhereItIsSentWithoutCredentials(String location, String named) {
        couch.script(Fault.redirect(location).on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("it points to " + named + ": use the URL of the CouchDB server itself")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("cret@");
        assertThat(couch.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "7; 7",
                "' 120 '; 120",
                "soon; ",
                "-1; ",
                "99999999999999999999; 9223372036854775807",
                "Wed, 21 Oct 2015 07:28:00 GMT; ",
                "Fri, 99 Foo 2015; "
            })
    void readsHowLongItIsToStayAway(String header, Long seconds) {
        couch.script(Fault.status(429).header("Retry-After", header).on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOfSatisfying(
                        PassingException.class, e -> assertThat(e.retryAfter().map(Duration::toSeconds))
                                .isEqualTo(Optional.ofNullable(seconds)));
    }

    @Test
    void readsADateUntilWhichItIsToStayAway() {
        couch.script(Fault.status(503)
                .header("Retry-After", "Tue, 01 Jan 2999 00:00:00 GMT")
                .on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOfSatisfying(PassingException.class, e -> assertThat(e.retryAfter())
                        .hasValueSatisfying(wait -> assertThat(wait).isGreaterThan(Duration.ofDays(365))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"text\"",
                "{\"a\":",
                "<html>",
                "{}",
                "{\"doc_count\":\"x\"}",
                "{\"doc_count\":-1}",
                "{}{}"
            })
    void takesNoOtherAnswerForADatabase(String body) {
        couch.script(Fault.status(200).body(body).on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining(couch.url())
                .hasMessageNotContaining("setStrictness");
    }

    @Test
    void takesNoFeedWithoutAPositionForAFeed() {
        couch.script(Fault.status(200).body("{\"results\":[]}").on(Requests.any()));

        assertThatThrownBy(() -> client.changes("orders", null, 1, Wanted.IDS, Meter.NONE, row -> {}))
                .isInstanceOf(BrokenAnswerException.class);
    }

    @Test
    void sendsKeysAndSequencesJustAsTheyAre() throws PassingException {
        String id = "a b+/%\"ü\ud83d\ude00?&=#\u0000";
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        couch.create("orders/new").put(document);
        List<CouchRow> rows = new ArrayList<>();

        client.page(new KeyPage("orders/new", Wanted.SIZES, id, id + "\0", 2, false), Meter.NONE, rows::add);
        client.documents("orders/new", List.of(id, "no such"), Wanted.SIZES, Meter.NONE, rows::add);
        client.changes("orders/new", new JsonPrimitive(0), 2, Wanted.SIZES, Meter.NONE, rows::add);

        assertThat(rows).extracting(CouchRow::id).containsExactly(id, id, "no such", id);
        assertThat(rows)
                .extracting(CouchRow::state)
                .containsExactly(State.DOCUMENT, State.DOCUMENT, State.MISSING, State.DOCUMENT);
        assertThat(couch.requests()).extracting(CouchRequest::database).containsOnly("orders/new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0042", "99999999999999999999"})
    void refusesAnAnswerOutOfACacheNamingIt(String age) {
        couch.script(Fault.status(200)
                .header("Age", age)
                .header("Via", "1.1 //user:secret@varnish (Varnish/7.1)")
                .on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("the answer is " + age + " s old, out of a cache in between")
                .hasMessageContaining("(Via: 1.1 //varnish (Varnish/7.1), Server: CouchDB/3.5.0 (Erlang OTP/25))")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "", "-1", "old"})
    void takesAnAnswerThatHasNoAge(String age) throws PassingException {
        couch.create("orders");
        couch.script(Fault.falseHeader("Age", age).on(Requests.any()));

        assertThat(client.database("orders").documents()).isZero();
    }

    @Test
    void saysThatNobodyIsThere() {
        couch.stop();

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(PassingException.class)
                .isNotInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining("check that the server runs and can be reached from here")
                .hasMessageNotContaining("secret");
    }

    @Test
    void saysThatThereIsNoSuchHost() {
        try (CouchClient lost = new CouchClient(
                CouchServer.builder("http://no_such-host.invalid").build())) {
            assertThatThrownBy(() -> lost.database("orders"))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("there is no host \"no_such-host.invalid\"");
        }
    }

    /** The name was known before: the name server is away, or will have it again. */
    @Test
    void waitsForAHostWhoseNameIsUnknownOnlyOnceItHasAnswered() throws Exception {
        couch.create("orders");
        AtomicBoolean known = new AtomicBoolean(true);
        Dns names = host -> {
            if (!known.get()) {
                throw new UnknownHostException(host);
            }
            return List.of(InetAddress.getLoopbackAddress());
        };
        CouchServer server = CouchServer.builder(couch.url().replace("127.0.0.1", "couch.example.org"))
                .credentials("admin", "secret")
                .build();
        try (CouchClient asking = new CouchClient(server, names)) {
            asking.database("orders");
            couch.stop();
            couch.restart();
            known.set(false);
            // Its connection is gone, which is found out first.
            assertThatThrownBy(() -> asking.database("orders")).isInstanceOf(PassingException.class);

            assertThatThrownBy(() -> asking.database("orders"))
                    .isInstanceOf(PassingException.class)
                    .isNotInstanceOf(BrokenAnswerException.class)
                    .hasMessageContaining("there is no host \"couch.example.org:%d\" any more".formatted(couch.port()));
            known.set(true);
            assertThat(asking.database("orders").documents()).isZero();
        }
        known.set(false);
        try (CouchClient first = new CouchClient(server, names)) {
            assertThatThrownBy(() -> first.database("orders")).isInstanceOf(SourceException.class);
        }
    }

    /** CouchDB takes a + in a path for a blank. */
    @ParameterizedTest
    @ValueSource(strings = {"a+b", "a/b", "a$b", "a(b)c", "a-b_c", "a0/$(+)_-"})
    void asksForAnyNameThatADatabaseMayHave(String name) throws PassingException {
        couch.create(name);
        List<CouchRow> rows = new ArrayList<>();

        client.database(name);
        client.page(KeyPage.ids(name, null, 1), Meter.NONE, rows::add);
        client.documents(name, List.of("x"), Wanted.IDS, Meter.NONE, rows::add);
        client.changes(name, null, 1, Wanted.IDS, Meter.NONE, rows::add);

        assertThat(couch.requests()).extracting(CouchRequest::database).containsOnly(name);
    }

    @Test
    void refusesAServerWhoseCertificateNobodyVouchesFor() {
        try (CouchDouble secured = CouchDouble.builder().https().start();
                CouchClient stranger =
                        new CouchClient(CouchServer.builder(secured.url()).build())) {
            assertThatThrownBy(() -> stranger.database("orders"))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("TLS failed (")
                    .hasMessageContaining("check that the URL's scheme and port are right")
                    .hasMessageContaining("this Java trusts the server's certificate");
        }
    }

    @Test
    void saysThatAServerSpeaksTlsWhereHttpIsSpokenToIt() {
        try (CouchDouble secured = CouchDouble.builder().https().start();
                CouchClient plain = at(secured.url().replace("https:", "http:"))) {
            assertThatThrownBy(() -> plain.database("orders"))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("the server speaks TLS on this port: use https://");
        }
    }

    @Test
    void saysThatAProxySpeaksTlsWhereHttpIsSpokenToIt() {
        couch.script(Fault.status(400)
                .body("<center>The plain HTTP request was sent to HTTPS port</center>")
                .on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders"))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("the server answered 400")
                .hasMessageContaining("use https://");
    }

    /** CouchDB answers what it cannot parse; the double hangs up. */
    @Test
    void saysThatAServerDoesNotSpeakTlsWhereHttpsIsSpokenToIt() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CouchClient secured = at("https://127.0.0.1:" + server.getLocalPort())) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> refuse(server));

            assertThatThrownBy(() -> secured.database("orders"))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("the server does not speak TLS on this port: use http://");
            answered.join();
        }
    }

    /** A server of http waits for the end of a line, of which a TLS greeting has none. */
    @Test
    void saysThatAServerMaySpeakHttpWhereATlsGreetingGetsNoAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CouchClient secured = new CouchClient(impatient("https://127.0.0.1:" + silent.getLocalPort()))) {
            assertThatThrownBy(() -> secured.database("orders"))
                    .isInstanceOf(PassingException.class)
                    .hasMessageContaining(
                            "no answer to a TLS greeting for 0.2 s: if the port speaks http, give http://, else check that the server runs");
        }
    }

    @Test
    void saysSoAlthoughNobodyIsAtAnotherAddressOfTheSameName() throws Exception {
        InetAddress nobody = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
        Dns names = host -> List.of(nobody, InetAddress.getLoopbackAddress());
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CouchClient secured = new CouchClient(impatient("https://localhost:" + silent.getLocalPort()), names)) {
            assertThatThrownBy(() -> secured.database("orders"))
                    .isInstanceOf(PassingException.class)
                    .hasMessageContaining("no answer to a TLS greeting for 0.2 s: if the port speaks http");
        }
    }

    @ParameterizedTest
    @CsvSource({"http, https, false", "http, https, true", "https, http, false", "https, http, true"})
    void saysThatAServerMaySpeakTheOtherSchemeWhereItHangsUpWithoutAWord(String spoken, String other, boolean reset)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CouchClient asking = at(spoken + "://127.0.0.1:" + server.getLocalPort())) {
            CompletableFuture<Void> hungUp = CompletableFuture.runAsync(() -> hangUp(server, reset));

            assertThatThrownBy(() -> asking.database("orders"))
                    .isInstanceOf(PassingException.class)
                    .hasMessageContaining(": if the port speaks %s, give %s://, else check that the server runs"
                            .formatted(other, other));
            hungUp.join();
        }
    }

    /** CouchDB goes on behind its error on the same connection, with what belongs to no answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n}\r\n0\r\n\r\n4f9\r\n",
                "500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}2e\r\n{\"total_rows\":110,\"offset\":null,\"rows\":["
            })
    void takesNothingOfABrokenAnswerForTheNext(String broken) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
                CouchClient asking = at("http://127.0.0.1:" + server.getLocalPort())) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> {
                answer(server, "HTTP/1.1 " + broken, () -> {
                    answer(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", () -> {});
                });
            });

            assertThatThrownBy(() -> asking.database("orders")).isInstanceOf(BrokenAnswerException.class);
            assertThat(asking.uuid()).isEmpty();
            answered.join();
        }
    }

    /** @param before what is done before the connection ends */
    private static void answer(ServerSocket server, String answer, Runnable before) {
        try (Socket connection = server.accept()) {
            connection.getInputStream().read(new byte[4096]);
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            before.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CouchServer impatient(String url) {
        return CouchServer.builder(url).connectTimeout(Duration.ofMillis(200)).build();
    }

    private static void hangUp(ServerSocket server, boolean reset) {
        try (Socket connection = server.accept()) {
            connection.getInputStream().read(new byte[4096]);
            if (reset) {
                connection.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuse(ServerSocket server) {
        try (Socket connection = server.accept()) {
            connection.getInputStream().read(new byte[1024]);
            connection.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void findsTheLastIdBelowAnotherWhereTheServerSendsOneRowAtOnce() throws Exception {
        try (CouchDouble narrow = CouchDouble.builder().queryLimit(1).start();
                CouchClient asking = at(narrow.url())) {
            CouchDatabase orders = narrow.create("orders");
            List.of("a", "b", "c").forEach(id -> orders.put(document(id)));

            assertThat(asking.lastId("orders", null)).hasValue("c");
            assertThat(asking.lastId("orders", "c")).hasValue("b");
            assertThat(asking.lastId("orders", "bb")).hasValue("b");
            assertThat(asking.lastId("orders", "a")).isEmpty();
        }
    }

    @Test
    void takesNoEmptyDatabaseForTheProofThatAServerReadsBodies() throws Exception {
        try (CouchDouble old = CouchDouble.builder().pose(Pose.OLD).start();
                CouchClient asking = at(old.url())) {
            old.create("empty");
            CouchDatabase orders = old.create("orders");
            List.of("a", "z").forEach(id -> orders.put(document(id)));
            KeyPage far = KeyPage.ids("orders", "b".repeat(3_000), 10);
            List<String> ids = new ArrayList<>();

            asking.page(KeyPage.ids("empty", "b".repeat(3_000), 10), Meter.NONE, row -> {});
            asking.page(far, Meter.NONE, row -> ids.add(row.id()));

            assertThat(ids).containsExactly("z");
        }
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        return document;
    }

    private static CouchClient at(String url) {
        return new CouchClient(CouchServer.builder(url).build());
    }

    @Test
    void leavesEveryRetryToItsCaller() {
        couch.script(Fault.status(503).retryAfter(0).on(Requests.any()));
        couch.script(Fault.status(408).on(Requests.any()));

        assertThatThrownBy(() -> client.database("orders")).isInstanceOf(PassingException.class);

        assertThat(couch.requests()).hasSize(1);
    }

    @Test
    void endsACallThatStallsWhenItIsCancelled() throws InterruptedException {
        couch.script(Fault.silence().on(Requests.any()));
        Thread asking =
                new Thread(() -> assertThatCode(() -> client.database("orders")).isInstanceOf(PassingException.class));
        asking.start();
        couch.awaitRequests(Requests.any(), 1, Duration.ofSeconds(10));

        client.cancel();

        asking.join(10_000);
        assertThat(asking.isAlive()).isFalse();
    }

    /** It would be saved, and no offset file with such a one is gone on with. */
    @ParameterizedTest
    @ValueSource(strings = {"\"x92-g1AAAA\"", "\"\"", "null", "true", "-5"})
    void takesNoPageOfChangesWhosePositionIsNone(String position) {
        couch.script(Fault.status(200)
                .body("{\"results\":[],\"last_seq\":%s,\"pending\":0}".formatted(position))
                .on(Requests.changes()));

        assertThatThrownBy(() -> client.changes("orders", null, 1, Wanted.IDS, Meter.NONE, row -> {}))
                .isInstanceOf(BrokenAnswerException.class);
    }

    @Test
    void asksNothingOnceItIsCancelled() {
        client.cancel();

        assertThatThrownBy(() -> client.database("orders")).isInstanceOf(PassingException.class);
        assertThat(couch.requests(Requests.any())).isEmpty();
    }

    private void assertGood(String message, int status) {
        assertThat(message)
                .startsWith("could not read database \"orders\" from CouchDB at " + couch.url() + ": ")
                .contains("the server answered " + status)
                .doesNotContain("secret");
    }

    private CouchClient client(String password) {
        return new CouchClient(
                CouchServer.builder(couch.url()).credentials("admin", password).build());
    }
}
