// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadFaultTest {
    private static final String DATABASE = "orders";
    private static final String PAGE = "orders/_all_docs";

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nCache-Control: must-revalidate\r\nContent-Type: application/json\r\n";

    private final CouchDouble couch = CouchDouble.start();
    private final CouchClient client = new CouchClient(couch.url());

    @BeforeEach
    void create() {
        couch.create(DATABASE);
    }

    @AfterEach
    void stop() {
        couch.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 15, 17, 80})
    void cutsTheHeadersAfterExactlySoManyBytes(int bytes) throws IOException {
        couch.script(Fault.cutHeadersAfterBytes(bytes).on(Requests.any()));

        assertThat(raw(PAGE)).isEqualTo(HEAD.substring(0, bytes));
        assertThatThrownBy(() -> client.get(PAGE)).isInstanceOf(IOException.class);
    }

    @Test
    void sendsNothingBehindHeadersThatAreShorter() throws IOException {
        couch.script(Fault.cutHeadersAfterBytes(100_000).on(Requests.any()));

        assertThat(raw(PAGE)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void answersWholeAgainAfterACut() throws IOException {
        couch.script(Fault.cutHeadersAfterBytes(20).on(Requests.any()).once());

        assertThatThrownBy(() -> client.get(PAGE)).isInstanceOf(IOException.class);

        assertThat(client.get(PAGE).json().get("total_rows").getAsInt()).isZero();
    }

    @Test
    void closesTheConnectionOverHttps() {
        try (CouchDouble secured = CouchDouble.builder().https().start()) {
            HandshakeCertificates trust = new HandshakeCertificates.Builder()
                    .addTrustedCertificate(secured.certificate().orElseThrow())
                    .build();
            CouchClient trusting = new CouchClient(
                    secured.url(),
                    new OkHttpClient.Builder()
                            .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                            .build());
            secured.script(Fault.cutHeadersAfterBytes(20).on(Requests.any()));

            assertThatThrownBy(() -> trusting.get("")).isInstanceOf(IOException.class);
            assertThat(secured.requests()).hasSize(1);
        }
    }

    @Test
    void answersALengthThatIsTooShort() throws IOException {
        String whole = client.get(DATABASE).body();
        couch.script(Fault.falseLength(-10).on(Requests.any()));

        assertThat(client.get(DATABASE).body()).isEqualTo(whole.substring(0, whole.length() - 10));
    }

    @Test
    void answersALengthThatIsTooLong() {
        couch.script(Fault.falseLength(1).on(Requests.any()));
        OkHttpClient impatient =
                new OkHttpClient.Builder().readTimeout(Duration.ofMillis(100)).build();

        assertThatThrownBy(() -> new CouchClient(couch.url(), impatient).get(DATABASE))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void answersNoLengthBelowZero() throws IOException {
        couch.script(Fault.falseLength(-1_000_000).on(Requests.any()));

        assertThat(client.get(DATABASE).body()).isEmpty();
    }

    @Test
    void leavesAnAnswerWithoutALengthAsItIs() throws IOException {
        couch.script(Fault.falseLength(-10).on(Requests.any()));

        CouchClient.Reply reply = client.get(PAGE);

        assertThat(reply.headers().get("Content-Length")).isNull();
        assertThat(reply.json().get("total_rows").getAsInt()).isZero();
    }

    @Test
    void addsAHeader() throws IOException {
        couch.script(Fault.falseHeader("X-Cache", "HIT").on(Requests.any()));

        assertThat(client.get(PAGE).headers().values("X-Cache")).containsExactly("HIT");
    }

    @Test
    void putsAHeaderInThePlaceOfAnother() throws IOException {
        couch.script(Fault.falseHeader("content-type", "text/html").on(Requests.any()));

        assertThat(client.get(PAGE).headers().values("Content-Type")).containsExactly("text/html");
    }

    @Test
    void tellsWhatGoesWrong() {
        assertThat(Fault.cutHeadersAfterBytes(7)).hasToString("headers cut after 7 bytes");
        assertThat(Fault.falseLength(-3)).hasToString("Content-Length wrong by -3");
        assertThat(Fault.falseHeader("Content-Encoding", "gzip")).hasToString("header Content-Encoding: gzip");
    }

    /** What comes over the wire until the connection is closed. */
    private String raw(String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), couch.port())) {
            socket.setSoTimeout(10_000);
            String request = "GET /" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
