// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AnswersTest {
    private final CouchServer server =
            CouchServer.builder("http://localhost:5984").build();
    private final Answers answers = new Answers(server);

    @Test
    void leavesOutTheReasonOfAServerError() {
        Response response = response(500)
                .body(ResponseBody.create("{\"error\":\"badmatch\",\"reason\":\"{doc,secret}\"}", null))
                .build();

        PassingException refused = answers.refused("a page", response);

        assertThat(refused.seen()).isEqualTo("the server answered 500 (badmatch)");
        assertThat(refused).hasMessageNotContaining("secret");
    }

    @Test
    void leavesOutAnErrorThatIsATerm() {
        Response response = response(503)
                .body(ResponseBody.create("{\"error\":\"{badmatch,{doc,secret}}\"}", null))
                .build();

        assertThat(answers.refused("a page", response).seen()).isEqualTo("the server answered 503");
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "999999999999999999, 999999999999999999",
        "9223372036854775808, 9223372036854775807",
        "99999999999999999999999, 9223372036854775807"
    })
    void capsHowLongTheServerAsksToBeLeftAlone(String header, long seconds) {
        Response response = response(429).header("Retry-After", header).build();

        assertThat(answers.refused("a page", response).retryAfter().map(Duration::toSeconds))
                .contains(seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"rows\":[{\"id\":\"1\",\"doc\":{\"secret\":1 \"b\":2}}]}",
                "{\"rows\":[{\"id\":\"1\",\"doc\":{\"secret\":{\"a\":",
                "{\"rows\":[{\"id\":{\"secret\":1}}]}",
                "{\"rows\":[{\"id\":\"1\",\"doc\":{\"secret\":\"\\uSECR\"}}]}"
            })
    void saysWhereAPageCannotBeParsedButNothingOutOfADocument(String page) {
        byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
        Exception thrown = catchThrowableOfType(
                Exception.class,
                () -> PageParser.parse(
                        new ByteArrayInputStream(bytes), Wanted.of(Set.of("secret")), Meter.NONE, row -> {}));

        BrokenAnswerException broken = answers.broken("a page", thrown);

        assertThat(broken.seen()).contains("at line 1 column ").doesNotContainIgnoringCase("secr");
        assertThat(broken.whenGivenUp()).rootCause().hasMessageContaining("at line 1 column ");
        assertThat(broken.whenGivenUp()).rootCause().asString().doesNotContainIgnoringCase("secr");
    }

    @Test
    void saysForHowLongNothingCame() {
        CouchServer patient = CouchServer.builder("http://couch/")
                .readTimeout(Duration.ofMillis(10_500))
                .build();
        SocketTimeoutException silent = new SocketTimeoutException("timeout");

        assertThat(new Answers(patient).broken("a page", silent).seen()).isEqualTo("nothing came for 10.5 s");
        assertThat(answers.broken("a page", silent).seen()).isEqualTo("nothing came for 60 s");
        assertThat(answers.unreachable("a page", silent, true).seen()).isEqualTo("nothing came for 60 s");
        assertThat(answers.unreachable("a page", new SocketTimeoutException("Connect timed out"), false)
                        .seen())
                .isEqualTo("no answer came in time (Connect timed out)");
    }

    @Test
    void takesAServerForOneOfTheOtherSchemeOnlyBeforeItsFirstByte() {
        IOException wordless = new IOException(
                "unexpected end of stream on http://couch/...", new EOFException("\\n not found: limit=0 content=…"));
        IOException brokenOff = new IOException(
                "unexpected end of stream on http://couch/...",
                new EOFException("\\n not found: limit=4 content=48545450…"));

        assertThat(answers.unreachable("a page", wordless, false)).hasMessageContaining("if the port speaks https");
        assertThat(answers.unreachable("a page", wordless, true)).hasMessageNotContaining("the port speaks");
        assertThat(answers.unreachable("a page", brokenOff, false)).hasMessageNotContaining("the port speaks");
    }

    @ParameterizedTest
    @CsvSource({
        "Failed to connect to /127.0.0.1:1, Failed to connect to 127.0.0.1:1",
        "Failed to connect to /[0:0:0:0:0:0:0:1]:1, Failed to connect to [0:0:0:0:0:0:0:1]:1",
        "Failed to connect to couch/127.0.0.1:1, Failed to connect to couch/127.0.0.1:1"
    })
    void namesAnAddressAsPeopleWriteIt(String message, String seen) {
        assertThat(answers.unreachable("a page", new ConnectException(message), false)
                        .seen())
                .isEqualTo(seen);
    }

    @Test
    void namesTheHostsThatACertificateIsFor() {
        SSLPeerUnverifiedException refused = new SSLPeerUnverifiedException(
                "Hostname localhost not verified:\n    certificate: sha256/AbC=\n    DN: CN=couch\n    subjectAltNames: [couch.example.org, couch]");

        assertThatThrownBy(() -> answers.unreachable("a page", refused, false))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining(
                        "the server's certificate is for couch.example.org, couch: expected \"localhost\": use a name that is in the certificate");
    }

    @ParameterizedTest
    @CsvSource({
        "403, set a user and password for CouchDB",
        "404, check that it exists",
        "401, set a user and password for CouchDB"
    })
    void speaksOfNoUserWhereThereIsNone(int status, String advice) {
        Response response = response(status).build();

        assertThatThrownBy(() -> answers.refused("database \"orders\"", response))
                .isInstanceOf(SourceException.class)
                .hasMessageEndingWith("the server answered " + status + ": " + advice);
    }

    @Test
    void asksWhetherTheUserMayReadWhatIsNotThere() {
        CouchServer known =
                CouchServer.builder("http://reader:hunter2@localhost:5984").build();
        Response response = response(404).build();

        assertThatThrownBy(() -> new Answers(known).refused("database \"orders\"", response))
                .isInstanceOf(SourceException.class)
                .hasMessageEndingWith(": check that it exists, and that user \"reader\" may read it")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void saysOfAnAnswerThatBrokeOffWhereToLook() {
        BrokenAnswerException broken = answers.broken("a page", new IOException("unexpected end of stream"));

        assertThat(broken.seen()).isEqualTo("the answer broke off or cannot be parsed (unexpected end of stream)");
        assertThat(broken)
                .hasMessageEndingWith(broken.seen() + ": look at the server's log, and at any proxy in between");
    }

    private Response.Builder response(int status) {
        return new Response.Builder()
                .request(new Request.Builder().url(server.url().toString()).build())
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("");
    }
}
