// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchClient.Reply;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Databases and single documents. */
abstract class DocumentContract extends CouchContract {
    DocumentContract(String url) throws IOException {
        super(url);
    }

    @Test
    void takesAPlusInAPathForABlank() throws IOException {
        assume(Trait.PLUS_IS_BLANK);
        String encoded = database() + "%2Bb";

        assertThat(client().send("PUT", encoded, null).status()).isEqualTo(201);
        assertThat(client().get(database() + "+b").status()).isEqualTo(404);
        assertThat(client().get(encoded).json().get("db_name").getAsString()).isEqualTo(database() + "+b");
        assertThat(client().send("DELETE", encoded, null).status()).isEqualTo(200);
    }

    @Test
    void describesADatabase() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}");

        JsonObject description = client().get(database()).json();

        assertThat(description.get("db_name").getAsString()).isEqualTo(database());
        assertThat(description.get("doc_count").getAsInt()).isEqualTo(2);
        assertThat(description.get("instance_start_time").getAsString()).matches("[0-9]+");
        assertThat(description.has("update_seq")).isTrue();
    }

    @Test
    void givesEachDatabaseItsOwnCreationTime() throws IOException {
        assume(Trait.CREATION_TIMES);
        String first =
                client().get(database()).json().get("instance_start_time").getAsString();

        removeDatabase();
        createDatabase();

        // A real server counts whole seconds, so that only "not earlier" is certain.
        assertThat(client().get(database()).json().get("instance_start_time").getAsLong())
                .isGreaterThanOrEqualTo(Long.parseLong(first));
    }

    @Test
    void saysThatItIsUp() throws IOException {
        assume(Trait.UP_ENDPOINT);

        assertThat(client().get("_up").json().get("status").getAsString()).isEqualTo("ok");
    }

    @Test
    void refusesAMissingDatabase() throws IOException {
        for (String path : List.of("", "/_all_docs", "/_changes", "/a")) {
            Reply reply = client().get(database() + "_missing" + path);

            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.json().get("error").getAsString()).isEqualTo("not_found");
            if (has(Trait.MISSING_DATABASE_REASON)) {
                assertThat(reply.json().get("reason").getAsString()).isEqualTo("Database does not exist.");
            }
        }
    }

    @Test
    void refusesADatabaseThatExists() throws IOException {
        Reply reply = client().send("PUT", database(), null);

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.json().get("error").getAsString()).isEqualTo("file_exists");
    }

    @Test
    void refusesAnIllegalDatabaseName() throws IOException {
        assume(Trait.STRICT_DATABASE_NAMES);

        Reply reply = client().send("PUT", "Bad_" + database(), null);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().get("error").getAsString()).isEqualTo("illegal_database_name");
    }

    @Test
    void readsADocumentByAnyId() throws IOException {
        List<String> ids =
                List.of("plain", "with space", "a/b", "a+b", "100%", "\"quoted\"", "ünï", "☃ 😀", "_design/d");
        for (String id : ids) {
            assertThat(client().send("PUT", path(id), "{\"of\":" + JsonText.quote(id) + "}")
                            .status())
                    .isEqualTo(201);
        }

        for (String id : ids) {
            JsonObject document = client().get(path(id)).json();

            assertThat(document.get("_id").getAsString()).isEqualTo(id);
            assertThat(document.get("of").getAsString()).isEqualTo(id);
        }
    }

    @Test
    void keepsStringsWithNul() throws IOException {
        write("{\"_id\":\"a\",\"text\":\"x\\u0000y\"}");

        assertThat(client().get(path("a")).json().get("text").getAsString()).isEqualTo("x\0y");
    }

    @Test
    void keepsTheTextOfNumbers() throws IOException {
        assume(Trait.EXACT_NUMBERS);
        write("{\"_id\":\"a\",\"n\":1.0,\"big\":12345678901234567890}");

        assertThat(client().get(path("a")).body()).contains("\"n\":1.0,\"big\":12345678901234567890");
    }

    @Test
    void refusesLoneSurrogates() throws IOException {
        assume(Trait.STRICT_UNICODE);

        assertThat(client().send("PUT", path("a"), "{\"x\":\"\\ud800\"}").status())
                .isEqualTo(400);
    }

    @Test
    void answersHeadWithoutABody() throws IOException {
        write("{\"_id\":\"a\"}");

        for (String path : List.of(database(), path("a"), database() + "/_all_docs")) {
            Reply head = client().send("HEAD", path, null);

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(client().get(path).status()).isEqualTo(200);
        }
        assertThat(client().send("HEAD", path("missing"), null).status()).isEqualTo(404);
    }

    @Test
    void refusesAnEditOfAnotherRevision() throws IOException {
        write("{\"_id\":\"a\"}");

        Reply reply = client().send("PUT", path("a"), "{}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.json().get("error").getAsString()).isEqualTo("conflict");
    }

    @Test
    void editsADocument() throws IOException {
        String revision =
                client().send("PUT", path("a"), "{\"v\":1}").json().get("rev").getAsString();

        Reply reply = client().send("PUT", path("a"), "{\"_rev\":\"" + revision + "\",\"v\":2}");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.json().get("rev").getAsString()).startsWith("2-");
        assertThat(client().get(path("a")).json().get("v").getAsInt()).isEqualTo(2);
    }

    @Test
    void tellsADeletedDocumentFromAMissingOne() throws IOException {
        String revision =
                client().send("PUT", path("a"), "{}").json().get("rev").getAsString();
        assertThat(client().send("DELETE", path("a") + "?rev=" + revision, null).status())
                .isEqualTo(200);

        Reply deleted = client().get(path("a"));
        Reply missing = client().get(path("b"));

        assertThat(deleted.status()).isEqualTo(404);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.json().get("reason").getAsString()).isEqualTo("missing");
        if (has(Trait.STRICT_DELETION)) {
            assertThat(deleted.json().get("reason").getAsString()).isEqualTo("deleted");
        }
    }

    @Test
    void readsDocumentsInBulk() throws IOException {
        write("{\"_id\":\"a\",\"x\":1}");

        JsonArray results = client().send(
                        "POST", database() + "/_bulk_get", "{\"docs\":[{\"id\":\"a\"},{\"id\":\"missing\"}]}")
                .json()
                .getAsJsonArray("results");

        JsonObject found = object(object(results, 0).getAsJsonArray("docs"), 0);
        JsonObject missing = object(object(results, 1).getAsJsonArray("docs"), 0);
        assertThat(found.getAsJsonObject("ok").get("x").getAsInt()).isEqualTo(1);
        assertThat(missing.has("ok")).isFalse();
        if (has(Trait.STRICT_DELETION)) {
            assertThat(missing.getAsJsonObject("error").get("error").getAsString())
                    .isEqualTo("not_found");
        }
    }

    @Test
    void answersEachDocumentOfABulkWrite() throws IOException {
        write("{\"_id\":\"a\"}");

        Reply reply =
                client().send("POST", database() + "/_bulk_docs", "{\"docs\":[{\"_id\":\"a\"},{\"_id\":\"b\"},{}]}");

        JsonArray results = reply.element().getAsJsonArray();
        assertThat(reply.status()).isEqualTo(201);
        assertThat(object(results, 0).get("error").getAsString()).isEqualTo("conflict");
        assertThat(object(results, 1).get("rev").getAsString()).startsWith("1-");
        assertThat(object(results, 2).get("id").getAsString()).isNotEmpty();
    }
}
