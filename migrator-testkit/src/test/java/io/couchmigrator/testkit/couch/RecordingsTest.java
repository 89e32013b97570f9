// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import okhttp3.Credentials;
import okhttp3.Headers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the double to what Apache CouchDB 3.5.0 answered: status, headers and body, down to the newlines. */
class RecordingsTest {
    private static final CouchDouble COUCH =
            CouchDouble.builder().credentials("admin", "secret").start();
    private static final Map<String, String> BODIES = Map.of(
            "08-all-docs-keys-post.http", "{\"keys\":[\"a1\",\"missing\",\"gone\",\"a1\"]}",
            "27-bulk-get.http", "{\"docs\":[{\"id\":\"a1\"},{\"id\":\"gone\"},{\"id\":\"missing\"}]}",
            "28-doc-conflict.http", "{}");

    static List<Recording> recordings() throws IOException, URISyntaxException {
        return Recording.all();
    }

    @BeforeAll
    static void fillLikeTheRecordedDatabase() {
        CouchDatabase database = COUCH.create("rec");
        for (String document : List.of(
                "{\"_id\":\"Z9\",\"x\":1}",
                "{\"_id\":\"a1\",\"doc_type\":\"XFormInstance\",\"domain\":\"demo\",\"n\":1.0,"
                        + "\"big\":12345678901234567890,\"external_blobs\":{\"form.xml\":{\"id\":\"form.xml.1\","
                        + "\"content_type\":\"text/xml\",\"content_length\":7}}}",
                "{\"_id\":\"weird id/ü+%2F\",\"x\":1}",
                "{\"_id\":\"gone\"}",
                "{\"_id\":\"gone\",\"_deleted\":true}",
                "{\"_id\":\"_design/all_docs\",\"language\":\"javascript\",\"views\":{\"by_doc_type\":{\"map\":"
                        + "\"function(doc){ if(doc.doc_type) emit([doc.doc_type], null); }\",\"reduce\":\"_count\"}}}",
                "{\"_id\":\"att\",\"_attachments\":{\"old.xml\":{\"content_type\":\"text/xml\",\"data\":\"PGEvPg==\"}}}",
                "{\"_id\":\"b2\",\"doc_type\":\"CommCareCase\",\"u\":\"naïve ☃ 😀\"}",
                "{\"_id\":\"edited\",\"v\":1}",
                "{\"_id\":\"edited\",\"v\":2}")) {
            database.put(JsonParser.parseString(document).getAsJsonObject());
        }
        database.view("all_docs", "by_doc_type", () -> Map.of("XFormInstance", 1L, "CommCareCase", 1L));
    }

    @AfterAll
    static void stop() {
        COUCH.close();
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void answersAsRecorded(Recording recording) throws IOException {
        CouchClient.Reply reply = new CouchClient(COUCH.url())
                .send(recording.method(), recording.path(), BODIES.get(recording.name()), headers(recording));

        assertThat("HTTP/1.1 " + reply.status() + " " + reply.phrase()).isEqualTo(recording.statusLine());
        assertThat(Recording.structure(reply.body())).isEqualTo(Recording.structure(recording.body()));
        assertThat(names(reply.headers())).isEqualTo(recording.headers().keySet());
        for (String name : Set.of("Cache-Control", "Content-Type", "Server", "X-CouchDB-Body-Time")) {
            assertThat(reply.headers().get(name)).isEqualTo(recording.headers().get(name));
        }
        assertThat(reply.headers().get("X-Couch-Request-ID")).matches("[0-9a-f]{10}");
    }

    private static Headers headers(Recording recording) {
        return switch (recording.note()) {
            case "" -> Headers.of("Authorization", Credentials.basic("admin", "secret"));
            case "(no credentials)" -> Headers.of();
            case "(wrong password)" -> Headers.of("Authorization", Credentials.basic("admin", "wrong"));
            default -> throw new IllegalStateException("Expected a known note but was " + recording.note());
        };
    }

    private static Set<String> names(Headers headers) {
        Set<String> names = new TreeSet<>();
        headers.forEach(header -> names.add(header.getFirst()));
        return names;
    }
}
