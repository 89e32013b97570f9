// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.Revision;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /{db}/_revs_diff}: which of some revisions are in no tree of a database. */
final class RevsDiffEndpoint {
    Answer answer(CouchDatabase database, Exchange exchange) {
        if (!exchange.is("POST")) {
            throw exchange.methodNotAllowed("POST");
        }
        JsonObject asked = JsonText.parseObject(exchange.body());
        Contents contents = database.contents();
        String differences = asked.keySet().stream()
                .flatMap(id -> difference(id, PurgeEndpoints.revisions(asked.get(id)), contents).stream())
                .collect(Collectors.joining(","));
        return Answer.json(200, "{" + differences + "}");
    }

    private static Optional<String> difference(String id, List<Revision> revisions, Contents contents) {
        ByteString key = JsonText.utf8(id).orElseThrow(() -> new CouchError(400, "bad_request", "invalid UTF-8 JSON"));
        StoredDocument document = contents.find(key);
        List<Revision> missing = revisions.stream()
                .filter(revision -> document == null || !document.knows(revision))
                .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(JsonText.quote(id) + ":{\"missing\":" + PurgeEndpoints.revisions(missing.stream())
                        + possibleAncestors(document, missing) + "}");
    }

    /** The leaves below any of the missing ones, tombstones too. */
    private static String possibleAncestors(@Nullable StoredDocument document, List<Revision> missing) {
        int last = missing.stream().mapToInt(Revision::generation).max().orElse(0);
        List<Revision> below = Stream.ofNullable(document)
                .flatMap(StoredDocument::leaves)
                .map(StoredDocument::revision)
                .filter(leaf -> leaf.generation() < last)
                .toList();
        return below.isEmpty() ? "" : ",\"possible_ancestors\":" + PurgeEndpoints.revisions(below.stream());
    }
}
