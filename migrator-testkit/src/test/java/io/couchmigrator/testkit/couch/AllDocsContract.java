// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static io.couchmigrator.testkit.couch.CouchClient.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages of {@code _all_docs}. */
abstract class AllDocsContract extends CouchContract {
    AllDocsContract(String url) throws IOException {
        super(url);
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

        JsonArray rows = client().send(
                        "POST",
                        database() + "/_all_docs?include_docs=true",
                        "{\"keys\":[\"a\",\"missing\",\"gone\",\"a\"]}")
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
    void takesARangeOfLongIdsInABody() throws IOException {
        assume(Trait.RANGE_IN_BODY);
        String id = "x".repeat(9_000);
        for (String digit : List.of("1", "2", "3", "4")) {
            write("{\"_id\":\"" + id + digit + "\"}");
        }
        write("{\"_id\":\"a\"}");

        JsonObject page = posted("limit=2", "{\"startkey\":\"" + id + "2\"}");
        JsonObject part = posted(
                "inclusive_end=false&buffer_response=true&include_docs=true&limit=9",
                "{\"startkey\":\"" + id + "1\\u0000\",\"endkey\":\"" + id + "4\"}");
        JsonObject backwards = posted("descending=true&limit=2", "{\"startkey\":\"" + id + "3\"}");
        JsonObject rank = posted("limit=0", "{\"startkey\":\"" + id + "3\"}");
        JsonObject allInTheBody = posted("", "{\"startkey\":\"" + id + "3\",\"limit\":1,\"descending\":true}");
        JsonObject urlWins = posted("limit=1", "{\"startkey\":\"" + id + "2\",\"limit\":2}");

        assertThat(ids(page)).containsExactly(id + 2, id + 3);
        assertThat(page.get("offset").getAsInt()).isEqualTo(2);
        assertThat(ids(part)).containsExactly(id + 2, id + 3);
        assertThat(rows(part)).allMatch(row -> row.has("doc"));
        assertThat(ids(backwards)).containsExactly(id + 3, id + 2);
        assertThat(rank.get("offset").getAsInt()).isEqualTo(3);
        assertThat(rank.get("total_rows").getAsInt()).isEqualTo(5);
        assertThat(ids(allInTheBody)).containsExactly(id + 3);
        assertThat(ids(urlWins)).containsExactly(id + 2);
    }

    private JsonObject posted(String query, String body) throws IOException {
        return client().send("POST", database() + "/_all_docs?" + query, body).json();
    }

    @Test
    void refusesARequestLineOfMoreThan8190Bytes() throws IOException {
        assume(Trait.SHORT_REQUEST_LINE);
        String request = database() + "/_all_docs?_=";
        int others = ("GET /" + request + " HTTP/1.1").length();

        assertThat(client().get(request + "x".repeat(8_190 - others)).status()).isEqualTo(200);
        CouchClient.Reply refused = client().get(request + "x".repeat(8_191 - others));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).isEmpty();
    }

    @Test
    void ignoresAParameterThatItDoesNotKnow() throws IOException {
        write("{\"_id\":\"a\"}");

        assertThat(ids(allDocs("_=1a&nobody_knows=this"))).containsExactly("a");
        assertThat(results(changes("_=1a"))).hasSize(1);
        assertThat(client().get(database() + "?_=1a").status()).isEqualTo(200);
    }

    @Test
    void refusesAParameterThatItCannotRead() throws IOException {
        assume(Trait.STRICT_PARAMETERS);

        assertThat(client().get(database() + "/_all_docs?limit=x").status()).isGreaterThanOrEqualTo(400);
        assertThat(client().get(database() + "/_all_docs?startkey=bare").status())
                .isEqualTo(400);
    }
}
