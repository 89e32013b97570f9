// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchClient.Reply;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading those fields alone that one needs, and what is left out in silence when one does. */
abstract class FieldsContract extends CouchContract {
    FieldsContract(String url) throws IOException {
        super(url);
    }

    @BeforeEach
    void assumeFields() {
        assume(Trait.FIELDS);
    }

    @Test
    void sendsTheFieldsThatAreAskedForInTheOrderOfTheBytesOfTheIds() throws IOException {
        write(
                "{\"_id\":\"b\",\"n\":1.0,\"other\":1}",
                "{\"_id\":\"a\",\"n\":12345678901234567890123,\"o\":{\"deep\":[null,\"é\"]}}",
                "{\"_id\":\"Z\",\"other\":{}}",
                "{\"_id\":\"A\"}");

        JsonObject answer = find("{\"_id\":{\"$gte\":\"Z\"}}", "[\"_id\",\"n\",\"o\"]", 10);

        assertThat(answer.get("docs"))
                .hasToString("[{\"_id\":\"Z\"}"
                        + ",{\"_id\":\"a\",\"n\":12345678901234567890123,\"o\":{\"deep\":[null,\"é\"]}}"
                        + ",{\"_id\":\"b\",\"n\":1.0}]");
        assertThat(answer.get("warning").getAsString()).startsWith("No matching index found");
    }

    @Test
    void sendsAttachmentsAndRevisionsAsFields() throws IOException {
        write("{\"_id\":\"a\",\"_attachments\":{\"f\":{\"content_type\":\"text/plain\",\"data\":\"aGk=\"}},\"n\":1}");
        String rev = client().get(path("a")).json().get("_rev").getAsString();

        JsonObject document = documents(find("{\"_id\":{\"$gte\":\"\"}}", "[\"_rev\",\"_attachments\"]", 10))
                .get(0);

        assertThat(document.keySet()).containsExactly("_rev", "_attachments");
        assertThat(document.get("_rev").getAsString()).isEqualTo(rev);
        assertThat(document.getAsJsonObject("_attachments").getAsJsonObject("f").get("stub"))
                .hasToString("true");
    }

    @Test
    void endsAnAnswerAsItBegan() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}");

        String body = posted("_find", "{\"selector\":{\"_id\":{\"$gte\":\"a\"}},\"fields\":[\"_id\"],\"limit\":2}")
                .body();

        assertThat(body)
                .startsWith("{\"docs\":[\r\n{\"_id\":\"a\"},\r\n{\"_id\":\"b\"}\r\n],\r\n\"bookmark\": ")
                .endsWith("}\r\n\n");
    }

    @Test
    void leavesOutDesignDocumentsAndWhatIsDeleted() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"_design/x\"}", "{\"_id\":\"b\"}");
        delete("a");

        assertThat(found(find("{\"_id\":{\"$gte\":\"\"}}", "[\"_id\"]", 10))).containsExactly("b");
    }

    @Test
    void sendsTwentyFiveWithoutALimit() throws IOException {
        write(IntStream.range(100, 130).mapToObj("{\"_id\":\"%s\"}"::formatted).toArray(String[]::new));

        Reply reply = posted("_find", "{\"selector\":{\"_id\":{\"$gte\":\"\"}},\"fields\":[\"_id\"]}");

        assertThat(documents(reply.json())).hasSize(25);
    }

    @Test
    void findsNothingBetweenTwoBoundsThatADictionaryHasInTheOtherOrder() throws IOException {
        write("{\"_id\":\"Z\"}", "{\"_id\":\"a\"}");

        assertThat(found(find("{\"_id\":{\"$gte\":\"Z\",\"$lt\":\"b\"}}", "[\"_id\"]", 10)))
                .isEmpty();
        assertThat(found(find("{\"_id\":{\"$gte\":\"Z\"}}", "[\"_id\"]", 10))).containsExactly("Z", "a");
    }

    @Test
    void takesADotForAPathUnlessItIsEscaped() throws IOException {
        write("{\"_id\":\"a\",\"x.y\":1,\"x\":{\"y\":2,\"z\":3}}");

        assertThat(find("{\"_id\":{\"$gte\":\"\"}}", "[\"x.y\"]", 1).get("docs"))
                .hasToString("[{\"x\":{\"y\":2}}]");
        assertThat(find("{\"_id\":{\"$gte\":\"\"}}", "[\"x\\\\.y\"]", 1).get("docs"))
                .hasToString("[{\"x.y\":1}]");
    }

    @Test
    void cannotExpressABackslash() throws IOException {
        write("{\"_id\":\"a\",\"x\\\\y\":1}");

        for (String name : List.of("x\\\\y", "x\\\\\\\\y")) {
            assertThat(find("{\"_id\":{\"$gte\":\"\"}}", "[\"" + name + "\"]", 1)
                            .get("docs"))
                    .hasToString("[{}]");
        }
    }

    @Test
    void refusesAnEmptyNameWhereADocumentComes() throws IOException {
        String asked = "{\"selector\":{\"_id\":{\"$gte\":\"\"}},\"fields\":[\"\"],\"limit\":1}";
        assertThat(posted("_find", asked).status()).isEqualTo(200);

        write("{\"_id\":\"a\",\"\":1}");

        assertThat(posted("_find", asked).status()).isEqualTo(400);
        assertThat(posted("_changes?filter=_selector&include_docs=true", "{\"selector\":{},\"fields\":[\"\"]}")
                        .status())
                .isEqualTo(500);
    }

    @Test
    void sendsEverythingWhereNothingIsAskedFor() throws IOException {
        write("{\"_id\":\"a\",\"x\":1}");

        assertThat(documents(find("{\"_id\":{\"$gte\":\"\"}}", "[]", 1)).get(0).keySet())
                .containsExactly("_id", "_rev", "x");
    }

    @Test
    void explainsThatAllDocumentsAreReadInTheOrderOfTheirIds() throws IOException {
        assertThat(explained().get("type").getAsString()).isEqualTo("special");
    }

    @Test
    void letsAnIndexOnIdsTakeOverInTheOrderOfADictionary() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"B\"}", "{\"_id\":\"c\"}");
        assertThat(found(find("{\"_id\":{\"$gte\":\"B\"}}", "[\"_id\"]", 10))).containsExactly("B", "a", "c");

        assertThat(posted(
                                "_index",
                                "{\"index\":{\"fields\":[\"_id\"]},\"ddoc\":\"ids\",\"name\":\"ids\",\"type\":\"json\"}")
                        .status())
                .isEqualTo(200);

        assertThat(explained().get("type").getAsString()).isEqualTo("json");
        JsonObject answer = find("{\"_id\":{\"$gte\":\"B\"}}", "[\"_id\"]", 10);
        assertThat(found(answer)).containsExactly("B", "c");
        assertThat(answer.has("warning")).isFalse();
    }

    @Test
    void sendsFieldsOfChangesWithAllTombstones() throws IOException {
        write("{\"_id\":\"a\",\"n\":1.0,\"other\":1}", "{\"_id\":\"b\",\"n\":2}", "{\"_id\":\"_design/x\",\"n\":3}");
        delete("b");

        List<JsonObject> changes = changed("", "[\"_id\",\"_rev\",\"n\"]");

        assertThat(changes).hasSize(3).allSatisfy(change -> {
            JsonObject document = change.getAsJsonObject("doc");
            assertThat(document.get("_id")).isEqualTo(change.get("id"));
            assertThat(document.get("_rev"))
                    .isEqualTo(object(change.getAsJsonArray("changes"), 0).get("rev"));
            assertThat(document.has("other")).isFalse();
        });
        assertThat(changes.stream().map(change -> change.get("id").getAsString()))
                .containsExactlyInAnyOrder("a", "b", "_design/x");
        assertThat(changes.stream().filter(change -> change.has("deleted")))
                .singleElement()
                .satisfies(change ->
                        assertThat(change.getAsJsonObject("doc").keySet()).containsExactly("_id", "_rev"));
        assertThat(changed("", "[\"_deleted\"]").stream()
                        .map(change -> change.get("doc").toString()))
                .containsExactlyInAnyOrder("{}", "{}", "{\"_deleted\":true}");
    }

    @Test
    void keepsTheOrderAndThePositionsOfChangesOfWhichFieldsAreSent() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"c\"}");

        JsonObject page = changesOf("&limit=2&seq_interval=2", "[\"_id\"]");

        assertThat(results(page)).hasSize(2);
        if (has(Trait.PENDING)) {
            assertThat(page.get("pending").getAsInt()).isEqualTo(1);
        }
        assertThat(results(changesOf("&since=" + since(page), "[\"_id\"]"))).hasSize(1);
    }

    private JsonObject find(String selector, String fields, int limit) throws IOException {
        Reply reply =
                posted("_find", "{\"selector\":%s,\"fields\":%s,\"limit\":%s}".formatted(selector, fields, limit));
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    private JsonObject explained() throws IOException {
        return posted("_explain", "{\"selector\":{\"_id\":{\"$gte\":\"\"}},\"fields\":[\"_id\"],\"limit\":1}")
                .json()
                .getAsJsonObject("index");
    }

    private List<JsonObject> changed(String query, String fields) throws IOException {
        return results(changesOf(query, fields));
    }

    private JsonObject changesOf(String query, String fields) throws IOException {
        Reply reply = posted(
                "_changes?filter=_selector&include_docs=true" + query, "{\"selector\":{},\"fields\":" + fields + "}");
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    private Reply posted(String path, String body) throws IOException {
        return client().send("POST", database() + "/" + path, body);
    }

    private static List<JsonObject> documents(JsonObject answer) {
        return StreamSupport.stream(answer.getAsJsonArray("docs").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static List<String> found(JsonObject answer) {
        return documents(answer).stream()
                .map(document -> document.get("_id").getAsString())
                .toList();
    }
}
