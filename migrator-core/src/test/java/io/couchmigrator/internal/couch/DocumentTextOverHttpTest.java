// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.CouchServer;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The texts of documents come over a real socket as they were sent, on whatever way they are asked for. */
final class DocumentTextOverHttpTest {
    private static final Wanted TEXT = new Wanted(true, Set.of(), true);
    private static final int ALL = 100;

    private static CouchDouble couch;
    private static CouchClient client;
    private static CouchDatabase hostile;

    private final Map<String, String> texts = new HashMap<>();

    @BeforeAll
    static void start() {
        couch = CouchDouble.start();
        client = new CouchClient(CouchServer.builder(couch.url()).build());
        hostile = couch.create("hostile");
        HostileDocument.all().forEach(document -> hostile.putRaw(document.id(), document.bytes()));
    }

    @AfterAll
    static void close() {
        client.close();
        couch.close();
    }

    @Test
    void ofAPage() throws PassingException {
        client.page(new KeyPage("hostile", TEXT, null, null, ALL, false), Meter.NONE, this::take);

        assertAllCame();
    }

    @Test
    void ofABufferedPage() throws PassingException {
        client.page(new KeyPage("hostile", TEXT, null, null, ALL, true), Meter.NONE, this::take);

        assertAllCame();
    }

    @Test
    void ofDocumentsById() throws PassingException {
        List<String> ids =
                HostileDocument.all().stream().map(HostileDocument::id).toList();

        client.documents("hostile", ids, TEXT, Meter.NONE, this::take);

        assertAllCame();
    }

    @Test
    void ofChanges() throws PassingException {
        client.changes("hostile", new JsonPrimitive("0"), ALL, TEXT, Meter.NONE, this::take);

        assertAllCame();
    }

    @Test
    void orTheAnswerIsBrokenBecauseItIsNotUtf8() {
        byte[] document =
                "{\"_id\":\"a\",\"_rev\":\"1-a\",\"s\":\"\u00ed\u00a0\u0080\"}".getBytes(StandardCharsets.ISO_8859_1);
        couch.create("broken").putRaw("a", document);

        assertThatThrownBy(
                        () -> client.page(new KeyPage("broken", TEXT, null, null, ALL, false), Meter.NONE, this::take))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining("a document that is not UTF-8");
    }

    private void take(CouchRow row) {
        texts.put(row.id(), row.document().text());
    }

    private void assertAllCame() {
        assertThat(texts).hasSameSizeAs(HostileDocument.all());
        assertThat(HostileDocument.all())
                .allSatisfy(sent -> assertThat(sent.json().equals(texts.get(sent.id())))
                        .as(sent.id())
                        .isTrue());
    }
}
