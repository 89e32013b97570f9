// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static io.couchmigrator.testkit.couch.CouchClient.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.testkit.couch.CouchClient.Reply;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What a migrator relies on from a server: the same assertions for the double and for servers that nobody here wrote.
 * What a server is known to do otherwise is in {@link ServerTraits}.
 */
abstract class CouchContract {
    private final String name = "migrator_test_" + UUID.randomUUID().toString().replace("-", "");
    private final CouchClient client;
    private final ServerTraits traits;

    CouchContract(String url) throws IOException {
        client = new CouchClient(url);
        traits = ServerTraits.of(client.get("").json());
    }

    @BeforeEach
    void createDatabase() throws IOException {
        assertThat(client.send("PUT", name, null).status()).isEqualTo(201);
    }

    @AfterEach
    void removeDatabase() throws IOException {
        assertThat(client.send("DELETE", name, null).status()).isEqualTo(200);
    }

    final CouchClient client() {
        return client;
    }

    /** Returns the name of a database that is there only for this test. */
    final String database() {
        return name;
    }

    final boolean has(Trait trait) {
        return traits.has(trait);
    }

    final void assume(Trait trait) {
        assumeTrue(traits.has(trait), () -> traits.server() + " is known not to have " + trait);
    }

    final void write(String... documents) throws IOException {
        Reply reply = client.send("POST", name + "/_bulk_docs", "{\"docs\":[" + String.join(",", documents) + "]}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.element().getAsJsonArray())
                .allSatisfy(result ->
                        assertThat(result.getAsJsonObject().has("rev")).isTrue());
    }

    final void delete(String id) throws IOException {
        String revision = client.get(path(id)).json().get("_rev").getAsString();
        write("{\"_id\":" + JsonText.quote(id) + ",\"_rev\":\"" + revision + "\",\"_deleted\":true}");
    }

    final String path(String id) {
        return name + "/" + encoded(id).replace("_design%2F", "_design/");
    }

    final JsonObject allDocs(String query) throws IOException {
        return success(client.get(name + "/_all_docs?" + query));
    }

    final JsonObject changes(String query) throws IOException {
        return success(client.get(name + "/_changes?" + query));
    }

    private static JsonObject success(Reply reply) {
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    /** A sequence goes back as the JSON token it came as; a string without its quotes. */
    static String since(JsonObject changes) {
        JsonPrimitive sequence = changes.getAsJsonPrimitive("last_seq");
        return encoded(sequence.getAsString());
    }

    static List<JsonObject> rows(JsonObject answer) {
        return objects(answer.getAsJsonArray("rows"));
    }

    static List<JsonObject> results(JsonObject answer) {
        return objects(answer.getAsJsonArray("results"));
    }

    private static List<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    static List<String> ids(JsonObject answer) {
        return rows(answer).stream().map(row -> row.get("id").getAsString()).toList();
    }

    static JsonObject object(JsonArray array, int index) {
        return array.get(index).getAsJsonObject();
    }
}
