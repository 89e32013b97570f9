// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchClient.Reply;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Documents that go without a tombstone, and how a client can learn of it. */
abstract class PurgeContract extends CouchContract {
    private static final String UNKNOWN = "1-00000000000000000000000000000000";

    PurgeContract(String url) throws IOException {
        super(url);
    }

    @BeforeEach
    void assumePurges() {
        assume(Trait.PURGES);
    }

    @Test
    void takesADocumentAway() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}");
        String revision = revision("a");

        Reply reply = purge(named("a", revision));

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body()).isEqualTo("{\"purge_seq\":null,\"purged\":{\"a\":[\"" + revision + "\"]}}\n");
        assertThat(client().get(path("a")).json().get("reason").getAsString()).isEqualTo("missing");
        assertThat(askedFor("a").get("error").getAsString()).isEqualTo("not_found");
        assertThat(ids(allDocs(""))).containsExactly("b");
        assertThat(description().get("doc_count").getAsInt()).isEqualTo(1);
    }

    @Test
    void countsAPurgeWithoutTellingTheFeed() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}");
        String now = since(changes("since=now"));
        JsonObject before = description();

        purge(named("a", revision("a")));

        for (String feed : List.of("feed=normal", "feed=longpoll&timeout=50")) {
            JsonObject changes = changes(feed + "&since=" + now);
            assertThat(results(changes)).isEmpty();
            assertThat(since(changes)).isEqualTo(now);
            assertThat(changes.get("pending").getAsInt()).isZero();
        }
        assertThat(client().get(database() + "/_changes?feed=continuous&timeout=50&since=" + now)
                        .json()
                        .has("last_seq"))
                .isTrue();
        assertThat(results(changes("since=0"))).hasSize(1);
        assertThat(number(description(), "update_seq")).isGreaterThan(number(before, "update_seq"));
        assertThat(number(before, "purge_seq")).isZero();
        assertThat(number(description(), "purge_seq")).isEqualTo(1);
    }

    @Test
    void endsAFeedWhoseLastChangeWasPurgedAtTheOneBefore() throws IOException {
        write("{\"_id\":\"a\"}");

        purge(named("a", revision("a")));

        assertThat(number(changes("since=0"), "last_seq")).isZero();
        assertThat(number(changes("since=now"), "last_seq")).isEqualTo(number(description(), "update_seq"));
    }

    @Test
    void takesATombstoneAway() throws IOException {
        write("{\"_id\":\"a\"}");
        String living = revision("a");
        delete("a");
        String tombstone = results(changes(""))
                .get(0)
                .getAsJsonArray("changes")
                .get(0)
                .getAsJsonObject()
                .get("rev")
                .getAsString();

        assertThat(purged(named("a", living))).isEqualTo("{\"a\":[]}");
        assertThat(client().get(path("a")).json().get("reason").getAsString()).isEqualTo("deleted");
        assertThat(purged(named("a", tombstone))).isEqualTo("{\"a\":[\"" + tombstone + "\"]}");

        assertThat(client().get(path("a")).json().get("reason").getAsString()).isEqualTo("missing");
        assertThat(description().get("doc_del_count").getAsInt()).isZero();
        assertThat(results(changes(""))).isEmpty();
    }

    @Test
    void countsAndNamesWhatWasNotThere() throws IOException {
        write("{\"_id\":\"a\"}");
        JsonObject before = description();

        assertThat(purged(named("a", UNKNOWN))).isEqualTo("{\"a\":[]}");
        assertThat(purged(named("nobody", UNKNOWN))).isEqualTo("{\"nobody\":[]}");
        assertThat(purged("\"a\":[]")).isEqualTo("{\"a\":[]}");

        assertThat(ids(allDocs(""))).containsExactly("a");
        assertThat(number(description(), "purge_seq")).isEqualTo(3);
        assertThat(number(description(), "update_seq")).isGreaterThan(number(before, "update_seq"));
        assertThat(infos())
                .containsExactlyInAnyOrder(info("a", UNKNOWN), info("nobody", UNKNOWN), "{\"id\":\"a\",\"revs\":[]}");
    }

    @Test
    void countsNoneForNone() throws IOException {
        JsonObject before = description();

        assertThat(purged("")).isEqualTo("{}");

        assertThat(description().get("purge_seq")).isEqualTo(before.get("purge_seq"));
        assertThat(description().get("update_seq")).isEqualTo(before.get("update_seq"));
    }

    @Test
    void purgesOnlyTheRevisionAtTheEnd() throws IOException {
        write("{\"_id\":\"a\"}");
        String first = revision("a");
        write("{\"_id\":\"a\",\"_rev\":\"" + first + "\",\"v\":2}");
        String second = revision("a");

        assertThat(purged(named("a", first))).isEqualTo("{\"a\":[]}");
        assertThat(purged("\"a\":[\"" + second + "\",\"" + first + "\",\"" + second + "\"]"))
                .isEqualTo("{\"a\":[\"" + second + "\"]}");

        assertThat(infos())
                .containsExactlyInAnyOrder(
                        info("a", first), "{\"id\":\"a\",\"revs\":[\"" + first + "\",\"" + second + "\"]}");
    }

    @Test
    void purgesSeveralDocumentsAtOnce() throws IOException {
        write("{\"_id\":\"a\"}", "{\"_id\":\"b\"}", "{\"_id\":\"_design/c\"}", "{\"_id\":\"d\"}");
        String revision = revision("a");
        String design = revision("_design/c");

        String purged = purged(String.join(
                ",", named("b", revision), named("nobody", UNKNOWN), named("_design/c", design), named("a", revision)));

        assertThat(purged)
                .isEqualTo("{\"b\":[\"" + revision + "\"],\"nobody\":[],\"_design/c\":[\"" + design + "\"],\"a\":[\""
                        + revision + "\"]}");
        assertThat(ids(allDocs(""))).containsExactly("d");
        assertThat(number(description(), "purge_seq")).isEqualTo(4);
        assertThat(infos()).hasSize(4);
    }

    @Test
    void tellsTheFeedOfADocumentThatWasCreatedAgain() throws IOException {
        write("{\"_id\":\"a\"}");
        String revision = revision("a");
        String now = since(changes("since=now"));
        purge(named("a", revision));

        write("{\"_id\":\"a\"}");

        assertThat(results(changes("since=" + now))).hasSize(1);
        assertThat(revision("a")).as("it depends on history and content alone").isEqualTo(revision);
        assertThat(infos()).containsExactly(info("a", revision));
    }

    @Test
    void namesARevisionOnceThatWasPurgedTwice() throws IOException {
        for (int i = 0; i < 2; i++) {
            write("{\"_id\":\"a\"}");
            purge(named("a", revision("a")));
        }

        assertThat(number(description(), "purge_seq")).isEqualTo(2);
        assertThat(infos()).hasSize(1);
    }

    /** A server may name more, until it compacts the database, and counts for each of its shards alone. */
    @Test
    void namesTheLastPurgesUpToItsLimit() throws IOException {
        assertThat(client().get(database() + "/_purged_infos_limit").body()).isEqualTo("1000\n");

        assertThat(client().send("PUT", database() + "/_purged_infos_limit", "2")
                        .json()
                        .has("ok"))
                .isTrue();
        for (String id : List.of("a", "b", "c")) {
            purge(named(id, UNKNOWN));
        }

        assertThat(client().get(database() + "/_purged_infos_limit").body()).isEqualTo("2\n");
        assertThat(number(description(), "purge_seq")).isEqualTo(3);
        assertThat(infos()).contains(info("b", UNKNOWN), info("c", UNKNOWN));
    }

    @Test
    void refusesALimitThatIsNoPositiveNumber() throws IOException {
        for (String limit : List.of("0", "-1", "1.5", "\"5\"", "null", "{}", "x", "")) {
            assertThat(client().send("PUT", database() + "/_purged_infos_limit", limit)
                            .status())
                    .as(limit)
                    .isEqualTo(400);
        }
    }

    @Test
    void refusesAPurgeThatItCannotRead() throws IOException {
        Map<String, String> reasons = Map.of(
                "[]",
                "Request body must be a JSON object",
                "null",
                "Request body must be a JSON object",
                "{\"a\":\"" + UNKNOWN + "\"}",
                "Invalid list of revisions",
                "{\"a\":null}",
                "Invalid list of revisions",
                "{\"a\":[1]}",
                "Invalid rev format",
                "{\"a\":[\"x\"]}",
                "Invalid rev format",
                "{\"b\":[\"" + UNKNOWN + "\"],\"a\":[\"\"]}",
                "Invalid rev format");

        for (Map.Entry<String, String> expected : reasons.entrySet()) {
            Reply reply = client().send("POST", database() + "/_purge", expected.getKey());
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json().get("error").getAsString()).isEqualTo("bad_request");
            assertThat(reply.json().get("reason").getAsString()).isEqualTo(expected.getValue());
        }
        assertThat(client().send("POST", database() + "/_purge", "x").status()).isEqualTo(400);
        assertThat(client().send("POST", database() + "/_purge", "").status()).isEqualTo(400);
        assertThat(infos()).isEmpty();
    }

    @Test
    void refusesToPurgeTooMuchAtOnce() throws IOException {
        String documents = IntStream.rangeClosed(0, 100)
                .mapToObj(i -> named("d" + i, UNKNOWN))
                .collect(Collectors.joining(","));
        String revisions = IntStream.rangeClosed(1, 1001)
                .mapToObj(i -> JsonText.quote(i + UNKNOWN.substring(1)))
                .collect(Collectors.joining(","));

        assertThat(purge(documents).json().get("reason").getAsString())
                .isEqualTo("Exceeded maximum number of documents.");
        assertThat(purge("\"a\":[" + revisions + "]").json().get("reason").getAsString())
                .isEqualTo("Exceeded maximum number of revisions.");
        assertThat(infos()).isEmpty();
    }

    @Test
    void knowsNoOtherMethods() throws IOException {
        Map<String, String> others = Map.of("_purge", "GET", "_purged_infos", "POST", "_purged_infos_limit", "DELETE");

        for (Map.Entry<String, String> other : others.entrySet()) {
            assertThat(client().send(other.getValue(), database() + "/" + other.getKey(), null)
                            .status())
                    .isEqualTo(405);
        }
    }

    @Test
    void refusesADatabaseThatIsMissing() throws IOException {
        String missing = database() + "_missing/";

        assertThat(client().send("POST", missing + "_purge", "{}").status()).isEqualTo(404);
        assertThat(client().get(missing + "_purged_infos").status()).isEqualTo(404);
        assertThat(client().get(missing + "_purged_infos_limit").status()).isEqualTo(404);
    }

    private static String named(String id, String revision) {
        return JsonText.quote(id) + ":[\"" + revision + "\"]";
    }

    private static String info(String id, String revision) {
        return "{\"id\":" + JsonText.quote(id) + ",\"revs\":[\"" + revision + "\"]}";
    }

    private Reply purge(String members) throws IOException {
        return client().send("POST", database() + "/_purge", "{" + members + "}");
    }

    private String purged(String members) throws IOException {
        Reply reply = purge(members);
        assertThat(reply.status()).isEqualTo(201);
        return reply.json().get("purged").toString();
    }

    private List<String> infos() throws IOException {
        return client().get(database() + "/_purged_infos").json().getAsJsonArray("purged_infos").asList().stream()
                .map(Object::toString)
                .toList();
    }

    private JsonObject description() throws IOException {
        return client().get(database()).json();
    }

    private JsonObject askedFor(String id) throws IOException {
        return rows(client().send("POST", database() + "/_all_docs", "{\"keys\":[" + JsonText.quote(id) + "]}")
                        .json())
                .get(0);
    }

    private String revision(String id) throws IOException {
        return client().get(path(id)).json().get("_rev").getAsString();
    }

    private static long number(JsonObject answer, String sequence) {
        return Long.parseLong(answer.get(sequence).getAsString().split("-", 2)[0]);
    }
}
