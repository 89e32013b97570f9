// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchClient.Reply;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages and feeds of {@code _changes}. */
abstract class ChangesContract extends CouchContract {
    ChangesContract(String url) throws IOException {
        super(url);
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
        if (has(Trait.PENDING)) {
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
            assertThat(client().get(database() + "/_changes?since=" + since).status())
                    .isEqualTo(400);
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
        Reply continuous = client().get(database() + "/_changes?feed=continuous&timeout=50");

        assertThat(results(longpoll)).isEmpty();
        assertThat(continuous.body().lines().filter(line -> !line.isBlank())).hasSize(2);
    }
}
