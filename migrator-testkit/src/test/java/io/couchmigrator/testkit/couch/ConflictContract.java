// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchClient.Reply;
import io.couchmigrator.testkit.couch.ServerTraits.Trait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Documents of which replication brought a revision beside another one, and what a server still knows of both. */
abstract class ConflictContract extends CouchContract {
    private static final String FIRST = "f".repeat(32);
    private static final String SECOND = "e".repeat(32);
    private static final String LOSER = "2-" + SECOND;

    ConflictContract(String url) throws IOException {
        super(url);
    }

    @Test
    void showsTheLongerHistoryOfAConflict() throws IOException {
        List<String> edits = edited(3);

        replicate();

        assertThat(edits.get(2)).startsWith("3-");
        assertThat(revision()).isEqualTo(edits.get(2));
        assertThat(told("")).isEqualTo(edits.get(2));
    }

    @Test
    void showsTheOtherRevisionOnceTheWinnerIsDeletedAndTellsTheFeed() throws IOException {
        List<String> edits = edited(3);
        replicate();
        String now = since(changes("since=now"));

        deleted(edits.get(2));

        assertThat(revision()).isEqualTo(LOSER);
        assertThat(told("since=" + now)).isEqualTo(LOSER);
        assertThat(rows(allDocs("")))
                .singleElement()
                .extracting(row -> row.getAsJsonObject("value").get("rev").getAsString())
                .isEqualTo(LOSER);
    }

    @Test
    void keepsTheWinnerWhereTheOtherRevisionIsDeleted() throws IOException {
        List<String> edits = edited(3);
        replicate();

        deleted(LOSER);

        assertThat(revision()).isEqualTo(edits.get(2));
    }

    @Test
    void knowsEachRevisionThatLedToOneItHasAndNoOther() throws IOException {
        List<String> edits = edited(3);
        replicate();
        String tombstone = deleted(edits.get(2));

        List<String> inTheTree = new ArrayList<>(edits);
        inTheTree.addAll(List.of(tombstone, LOSER));
        if (has(Trait.REVISIONS_WITHOUT_BODIES)) {
            inTheTree.add("1-" + FIRST);
        }
        for (String known : inTheTree) {
            assertThat(difference("a", known).size()).as(known).isZero();
        }
        for (String unknown : List.of("1-" + SECOND, "2-" + FIRST, "3-" + SECOND, "5-" + FIRST)) {
            assertThat(difference("a", unknown).getAsJsonObject("a").getAsJsonArray("missing"))
                    .as(unknown)
                    .singleElement()
                    .extracting(missing -> missing.getAsString())
                    .isEqualTo(unknown);
        }
        assertThat(difference("missing", "1-" + FIRST).has("missing")).isTrue();
    }

    /** Returns the revisions of so many edits. */
    private List<String> edited(int edits) throws IOException {
        write("{\"_id\":\"a\",\"v\":1}");
        List<String> revisions = new ArrayList<>(List.of(revision()));
        for (int v = 2; v <= edits; v++) {
            write("{\"_id\":\"a\",\"_rev\":\"" + revision() + "\",\"v\":" + v + "}");
            revisions.add(revision());
        }
        return revisions;
    }

    /** Brings a second edit of a document that somebody else created under the same id. */
    private void replicate() throws IOException {
        Reply reply = client().send(
                        "POST",
                        database() + "/_bulk_docs",
                        "{\"new_edits\":false,\"docs\":[{\"_id\":\"a\",\"_rev\":\"" + LOSER
                                + "\",\"_revisions\":{\"start\":2,\"ids\":[\"" + SECOND + "\",\"" + FIRST + "\"]}}]}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.element()).isEqualTo(new JsonArray());
    }

    private String deleted(String revision) throws IOException {
        return client().send("DELETE", path("a") + "?rev=" + revision, null)
                .json()
                .get("rev")
                .getAsString();
    }

    private String revision() throws IOException {
        return client().get(path("a")).json().get("_rev").getAsString();
    }

    private String told(String query) throws IOException {
        return object(results(changes(query)).get(0).getAsJsonArray("changes"), 0)
                .get("rev")
                .getAsString();
    }

    private JsonObject difference(String id, String revision) throws IOException {
        return client().send("POST", database() + "/_revs_diff", "{\"" + id + "\":[\"" + revision + "\"]}")
                .json();
    }
}
