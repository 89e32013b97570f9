// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SnapshotTest {
    private final CouchDouble couch = CouchDouble.start();
    private final CouchDatabase database = couch.create("orders");

    @AfterEach
    void close() {
        couch.close();
    }

    @Test
    void goesBackToTheDocumentsRevisionsAndSequenceOfThen() throws Exception {
        database.put(document("a"));
        JsonObject then = facts();
        Snapshot snapshot = database.snapshot();
        database.put(document("a"));
        database.put(document("b"));
        String later = facts().get("update_seq").getAsString();

        database.restore(snapshot);

        assertThat(facts()).isEqualTo(then);
        assertThat(database.count()).isEqualTo(1);
        assertThat(database.get("a").orElseThrow().get("_rev").getAsString()).startsWith("1-");
        assertThat(changes(later))
                .as("the feed since what it has not reached again")
                .isEmpty();
        database.put(document("c"));
        database.put(document("d"));
        database.put(document("e"));
        assertThat(changes(later)).hasSize(1);
    }

    @Test
    void isOfOneDatabaseOnly() {
        Snapshot other = couch.create("lines").snapshot();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> database.restore(other))
                .withMessageContaining("snapshot of orders");
    }

    private JsonObject facts() throws IOException {
        return ask("orders");
    }

    private JsonArray changes(String since) throws IOException {
        return ask("orders/_changes?since=" + since).getAsJsonArray("results");
    }

    private JsonObject ask(String path) throws IOException {
        try (InputStream body = URI.create(couch.url() + path).toURL().openStream()) {
            return JsonParser.parseString(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        return document;
    }
}
