// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import static io.couchmigrator.testkit.CouchClient.encoded;
import static io.couchmigrator.testkit.CouchClient.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.testkit.CouchClient.Reply;
import io.couchmigrator.testkit.ServerTraits.Trait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    @Test
    void describesADatabase() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}");

        JsonObject description = client.get(name).json();

        assertThat(description.get("db_name").getAsString()).isEqualTo(name);
        assertThat(description.get("doc_count").getAsInt()).isEqualTo(2);
        assertThat(description.get("instance_start_time").getAsString()).matches("[0-9]+");
        assertThat(description.has("update_seq")).isTrue();
    }

    @Test
    void givesEachDatabaseItsOwnCreationTime() throws IOException {
        assume(Trait.CREATION_TIMES);
        String first = client.get(name).json().get("instance_start_time").getAsString();

        removeDatabase();
        Thread.onSpinWait();
        createDatabase();

        // A real server counts whole seconds, so that only "not earlier" is certain.
        assertThat(client.get(name).json().get("instance_start_time").getAsLong())
                .isGreaterThanOrEqualTo(Long.parseLong(first));
    }

    @Test
    void saysThatItIsUp() throws IOException {
        assume(Trait.UP_ENDPOINT);

        assertThat(client.get("_up").json().get("status").getAsString()).isEqualTo("ok");
    }

    @Test
    void refusesAMissingDatabase() throws IOException {
        for (String path : List.of("", "/_all_docs", "/_changes", "/a")) {
            Reply reply = client.get(name + "_missing" + path);

            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.json().get("error").getAsString()).isEqualTo("not_found");
            if (traits.has(Trait.MISSING_DATABASE_REASON)) {
                assertThat(reply.json().get("reason").getAsString()).isEqualTo("Database does not exist.");
            }
        }
    }

    @Test
    void refusesADatabaseThatExists() throws IOException {
        Reply reply = client.send("PUT", name, null);

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.json().get("error").getAsString()).isEqualTo("file_exists");
    }

    @Test
    void refusesAnIllegalDatabaseName() throws IOException {
        assume(Trait.STRICT_DATABASE_NAMES);

        Reply reply = client.send("PUT", "Bad_" + name, null);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().get("error").getAsString()).isEqualTo("illegal_database_name");
    }

    @Test
    void readsADocumentByAnyId() throws IOException {
        List<String> ids =
                List.of("plain", "with space", "a/b", "a+b", "100%", "\"quoted\"", "ünï", "☃ 😀", "_design/d");
        for (String id : ids) {
            assertThat(client.send("PUT", path(id), "{\"of\":" + JsonText.quote(id) + "}")
                            .status())
                    .isEqualTo(201);
        }

        for (String id : ids) {
            JsonObject document = client.get(path(id)).json();

            assertThat(document.get("_id").getAsString()).isEqualTo(id);
            assertThat(document.get("of").getAsString()).isEqualTo(id);
        }
    }

    @Test
    void keepsStringsWithNul() throws IOException {
        write("{\"_id\":\"a\",\"text\":\"x\\u0000y\"}");

        assertThat(client.get(path("a")).json().get("text").getAsString()).isEqualTo("x\0y");
    }

    @Test
    void keepsTheTextOfNumbers() throws IOException {
        assume(Trait.EXACT_NUMBERS);
        write("{\"_id\":\"a\",\"n\":1.0,\"big\":12345678901234567890}");

        assertThat(client.get(path("a")).body()).contains("\"n\":1.0,\"big\":12345678901234567890");
    }

    @Test
    void refusesLoneSurrogates() throws IOException {
        assume(Trait.STRICT_UNICODE);

        assertThat(client.send("PUT", path("a"), "{\"x\":\"\\ud800\"}").status())
                .isEqualTo(400);
    }

    @Test
    void refusesAnEditOfAnotherRevision() throws IOException {
        write("{\"_id\":\"a\"}");

        Reply reply = client.send("PUT", path("a"), "{}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.json().get("error").getAsString()).isEqualTo("conflict");
    }

    @Test
    void editsADocument() throws IOException {
        String revision =
                client.send("PUT", path("a"), "{\"v\":1}").json().get("rev").getAsString();

        Reply reply = client.send("PUT", path("a"), "{\"_rev\":\"" + revision + "\",\"v\":2}");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.json().get("rev").getAsString()).startsWith("2-");
        assertThat(client.get(path("a")).json().get("v").getAsInt()).isEqualTo(2);
    }

    @Test
    void tellsADeletedDocumentFromAMissingOne() throws IOException {
        String revision = client.send("PUT", path("a"), "{}").json().get("rev").getAsString();
        assertThat(client.send("DELETE", path("a") + "?rev=" + revision, null).status())
                .isEqualTo(200);

        Reply deleted = client.get(path("a"));
        Reply missing = client.get(path("b"));

        assertThat(deleted.status()).isEqualTo(404);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.json().get("reason").getAsString()).isEqualTo("missing");
        if (traits.has(Trait.STRICT_DELETION)) {
            assertThat(deleted.json().get("reason").getAsString()).isEqualTo("deleted");
        }
    }

    @Test
    void keepsAttachmentsAsStubs() throws IOException {
        write("{\"_id\":\"a\",\"_attachments\":{\"old.xml\":{\"content_type\":\"text/xml\",\"data\":\"PGEvPg==\"}}}");

        JsonObject stub = rows(allDocs("include_docs=true"))
                .get(0)
                .getAsJsonObject("doc")
                .getAsJsonObject("_attachments")
                .getAsJsonObject("old.xml");

        assertThat(stub.get("content_type").getAsString()).isEqualTo("text/xml");
        assertThat(stub.get("length").getAsInt()).isEqualTo(4);
        assertThat(stub.get("revpos").getAsInt()).isEqualTo(1);
        assertThat(stub.get("stub").getAsBoolean()).isTrue();
        assertThat(stub.get("digest").getAsString()).startsWith("md5-");
        assertThat(stub.has("data")).isFalse();
    }

    @Test
    void pagesByKey() throws IOException {
        write("{\"_id\":\"c\"}", "{\"_id\":\"a\"}", "{\"_id\":\"_design/d\"}", "{\"_id\":\"Z\"}", "{\"_id\":\"b\"}");

        List<String> read = new ArrayList<>();
        String query = "limit=2";
        List<JsonObject> page = rows(allDocs(query));
        while (!page.isEmpty()) {
            page.forEach(row -> read.add(row.get("id").getAsString()));
            page = rows(allDocs("limit=2&startkey=" + key(read.get(read.size() - 1) + "\0")));
        }

        assertThat(read).containsExactly("Z", "_design/d", "a", "b", "c");
    }

    @Test
    void sortsIdsByTheirUtf8() throws IOException {
        assume(Trait.UTF8_ORDER);
        write("{\"_id\":\"😀\"}", "{\"_id\":\"\ue000\"}", "{\"_id\":\"\uffee\"}", "{\"_id\":\"é\"}", "{\"_id\":\"z\"}");

        assertThat(ids(allDocs(""))).containsExactly("z", "é", "\ue000", "\uffee", "😀");
    }

    @Test
    void tellsTheRankOfAKey() throws IOException {
        assume(Trait.EXACT_OFFSETS);
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"d\"}");

        for (String rank : List.of("a0", "a\u00001", "b1", "c2", "d2", "e3")) {
            String id = rank.substring(0, rank.length() - 1);
            JsonObject answer = allDocs("limit=0&startkey=" + key(id));

            assertThat(answer.get("offset").getAsInt()).isEqualTo(rank.charAt(rank.length() - 1) - '0');
            assertThat(answer.get("total_rows").getAsInt()).isEqualTo(3);
            assertThat(rows(answer)).isEmpty();
        }
    }

    @Test
    void endsARangeAtItsKey() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"c\"}", "{\"_id\":\"d\"}");
        String range = "startkey=" + key("b") + "&endkey=" + key("d");

        assertThat(ids(allDocs(range))).containsExactly("b", "c", "d");
        assertThat(ids(allDocs(range + "&inclusive_end=false"))).containsExactly("b", "c");
        assertThat(ids(allDocs("start_key=" + key("b") + "&end_key=" + key("c"))))
                .containsExactly("b", "c");
        assertThat(ids(allDocs("key=" + key("c")))).containsExactly("c");
        assertThat(ids(allDocs("key=" + key("cc")))).isEmpty();
    }

    @Test
    void readsARangeBackwards() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"c\"}", "{\"_id\":\"d\"}");

        assertThat(ids(allDocs("descending=true&startkey=" + key("c") + "&endkey=" + key("b"))))
                .containsExactly("c", "b");
        assertThat(ids(allDocs("descending=true&skip=1&limit=2"))).containsExactly("c", "b");
    }

    @Test
    void readsDocumentsByIds() throws IOException {
        write("{\"_id\":\"a\",\"x\":1}", "{\"_id\":\"gone\"}");
        delete("gone");

        JsonArray rows = client.send(
                        "POST", name + "/_all_docs?include_docs=true", "{\"keys\":[\"a\",\"missing\",\"gone\",\"a\"]}")
                .json()
                .getAsJsonArray("rows");

        assertThat(rows).hasSize(4);
        assertThat(object(rows, 0).getAsJsonObject("doc").get("x").getAsInt()).isEqualTo(1);
        assertThat(object(rows, 1).get("error").getAsString()).isEqualTo("not_found");
        assertThat(object(rows, 2).getAsJsonObject("value").get("deleted").getAsBoolean())
                .isTrue();
        assertThat(object(rows, 2).get("doc").isJsonNull()).isTrue();
        assertThat(rows.get(3)).isEqualTo(rows.get(0));
    }

    @Test
    void readsDocumentsInBulk() throws IOException {
        write("{\"_id\":\"a\",\"x\":1}");

        JsonArray results = client.send("POST", name + "/_bulk_get", "{\"docs\":[{\"id\":\"a\"},{\"id\":\"missing\"}]}")
                .json()
                .getAsJsonArray("results");

        JsonObject found = object(object(results, 0).getAsJsonArray("docs"), 0);
        JsonObject missing = object(object(results, 1).getAsJsonArray("docs"), 0);
        assertThat(found.getAsJsonObject("ok").get("x").getAsInt()).isEqualTo(1);
        assertThat(missing.has("ok")).isFalse();
        if (traits.has(Trait.STRICT_DELETION)) {
            assertThat(missing.getAsJsonObject("error").get("error").getAsString())
                    .isEqualTo("not_found");
        }
    }

    @Test
    void answersEachDocumentOfABulkWrite() throws IOException {
        write("{\"_id\":\"a\"}");

        Reply reply = client.send("POST", name + "/_bulk_docs", "{\"docs\":[{\"_id\":\"a\"},{\"_id\":\"b\"},{}]}");

        JsonArray results = reply.element().getAsJsonArray();
        assertThat(reply.status()).isEqualTo(201);
        assertThat(object(results, 0).get("error").getAsString()).isEqualTo("conflict");
        assertThat(object(results, 1).get("rev").getAsString()).startsWith("1-");
        assertThat(object(results, 2).get("id").getAsString()).isNotEmpty();
    }

    @Test
    void refusesAParameterThatItCannotRead() throws IOException {
        assume(Trait.STRICT_PARAMETERS);

        assertThat(client.get(name + "/_all_docs?limit=x").status()).isGreaterThanOrEqualTo(400);
        assertThat(client.get(name + "/_all_docs?startkey=bare").status()).isEqualTo(400);
    }

    @Test
    void listsChangesInPages() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"c\"}");

        JsonObject first = changes("since=0&limit=2");
        JsonObject second = changes("limit=2&since=" + since(first));
        JsonObject third = changes("limit=2&since=" + since(second));

        assertThat(results(first)).hasSize(2);
        assertThat(results(second)).hasSize(1);
        assertThat(results(third)).isEmpty();
        if (traits.has(Trait.PENDING)) {
            assertThat(first.get("pending").getAsInt()).isEqualTo(1);
            assertThat(second.get("pending").getAsInt()).isZero();
        }
    }

    @Test
    void listsOnlyTheLastChangeOfADocument() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}");
        String now = since(changes("since=now"));
        write("{\"_id\":\"c\",\"v\":1}");
        delete("a");
        delete("c");

        JsonObject changes = changes("include_docs=true&since=" + now);

        assertThat(results(changes)).hasSize(2).allSatisfy(change -> {
            assertThat(change.get("deleted").getAsBoolean()).isTrue();
            assertThat(change.getAsJsonObject("doc").get("_deleted").getAsBoolean())
                    .isTrue();
        });
        assertThat(results(changes).stream().map(change -> change.get("id").getAsString()))
                .containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void leavesOutSequencesBetween() throws IOException {
        assume(Trait.SEQ_INTERVAL);
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"c\"}", "{\"_id\":\"d\"}");

        List<JsonObject> results = results(changes("seq_interval=2"));

        assertThat(results.stream().filter(change -> change.get("seq").isJsonNull()))
                .hasSize(2);
    }

    @Test
    void refusesAMalformedSequence() throws IOException {
        assume(Trait.OPAQUE_SEQUENCES);

        for (String since : List.of("5", "abc", "5-abc")) {
            assertThat(client.get(name + "/_changes?since=" + since).status()).isEqualTo(400);
        }
    }

    @Test
    void rewindsForASequenceOfAnotherDatabase() throws IOException {
        assume(Trait.OPAQUE_SEQUENCES);
        write("{\"_id\":\"a\"}");
        String foreign = since(changes("since=now"));
        removeDatabase();
        createDatabase();
        write("{\"_id\":\"b\"}");

        assertThat(results(changes("since=" + foreign))).hasSize(1);
    }

    @Test
    void endsAFeedAtItsTimeout() throws IOException {
        assume(Trait.FEED_TIMEOUT);
        write("{\"_id\":\"a\"}");

        JsonObject longpoll = changes("feed=longpoll&timeout=50&since=now");
        Reply continuous = client.get(name + "/_changes?feed=continuous&timeout=50");

        assertThat(results(longpoll)).isEmpty();
        assertThat(continuous.body().lines().filter(line -> !line.isBlank())).hasSize(2);
    }

    private void assume(Trait trait) {
        assumeTrue(traits.has(trait), () -> traits.server() + " is known not to have " + trait);
    }

    private void write(String... documents) throws IOException {
        Reply reply = client.send("POST", name + "/_bulk_docs", "{\"docs\":[" + String.join(",", documents) + "]}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.element().getAsJsonArray())
                .allSatisfy(result ->
                        assertThat(result.getAsJsonObject().has("rev")).isTrue());
    }

    private void delete(String id) throws IOException {
        String revision = client.get(path(id)).json().get("_rev").getAsString();
        write("{\"_id\":" + JsonText.quote(id) + ",\"_rev\":\"" + revision + "\",\"_deleted\":true}");
    }

    private String path(String id) {
        return name + "/" + encoded(id).replace("_design%2F", "_design/");
    }

    private JsonObject allDocs(String query) throws IOException {
        return success(client.get(name + "/_all_docs?" + query));
    }

    private JsonObject changes(String query) throws IOException {
        return success(client.get(name + "/_changes?" + query));
    }

    private static JsonObject success(Reply reply) {
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    /** A sequence goes back as the JSON token it came as; a string without its quotes. */
    private static String since(JsonObject changes) {
        JsonPrimitive sequence = changes.getAsJsonPrimitive("last_seq");
        return encoded(sequence.getAsString());
    }

    private static List<JsonObject> rows(JsonObject answer) {
        return objects(answer.getAsJsonArray("rows"));
    }

    private static List<JsonObject> results(JsonObject answer) {
        return objects(answer.getAsJsonArray("results"));
    }

    private static List<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static List<String> ids(JsonObject answer) {
        return rows(answer).stream().map(row -> row.get("id").getAsString()).toList();
    }

    private static JsonObject object(JsonArray array, int index) {
        return array.get(index).getAsJsonObject();
    }
}
