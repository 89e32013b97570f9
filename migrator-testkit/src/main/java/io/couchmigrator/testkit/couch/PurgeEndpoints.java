// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.Purge;
import io.couchmigrator.testkit.couch.documents.Revision;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okio.ByteString;

/** {@code /{db}/_purge}, {@code _purged_infos} and its limit: what goes without a tombstone. */
final class PurgeEndpoints {
    private static final int MOST_DOCUMENTS = 100;
    private static final int MOST_REVISIONS = 1_000;

    Answer purge(CouchDatabase database, Exchange exchange) {
        if (!exchange.is("POST")) {
            throw exchange.methodNotAllowed("POST");
        }
        List<Purge> purges = purges(JsonText.parseObject(exchange.body()));
        Contents before = database.purge(purges);
        String purged = purges.stream()
                .map(purge -> quote(purge.id()) + ":" + revisions(met(purge, before)))
                .collect(Collectors.joining(","));
        return Answer.json(201, "{\"purge_seq\":null,\"purged\":{" + purged + "}}");
    }

    /** A server makes one set of what its shards tell: nothing is in it twice, and its order says nothing. */
    Answer infos(CouchDatabase database, Exchange exchange) {
        if (!exchange.reads()) {
            throw exchange.methodNotAllowed("GET");
        }
        String infos = database.contents().purges().last().stream()
                .distinct()
                .sorted(Comparator.comparing(Purge::id))
                .map(purge ->
                        "{\"id\":" + quote(purge.id()) + ",\"revs\":" + revisions(purge.revisions().stream()) + "}")
                .collect(Collectors.joining(","));
        return Answer.json(200, "{\"purged_infos\":[" + infos + "]}");
    }

    Answer limit(CouchDatabase database, Exchange exchange) {
        return switch (exchange.request().method()) {
            case "GET", "HEAD" ->
                Answer.json(200, String.valueOf(database.contents().purges().limit()));
            case "PUT" -> {
                database.rememberPurges(positive(exchange.body()));
                yield Answer.json(200, "{\"ok\":true}");
            }
            default -> throw exchange.methodNotAllowed("GET,PUT");
        };
    }

    private static List<Purge> purges(JsonObject body) {
        List<Purge> purges = new ArrayList<>();
        int revisions = 0;
        for (String id : body.keySet()) {
            List<Revision> named = revisions(body.get(id));
            purges.add(new Purge(JsonText.utf8(id).orElseThrow(() -> badRequest("invalid UTF-8 JSON")), named));
            revisions += named.size();
        }
        if (purges.size() > MOST_DOCUMENTS) {
            throw badRequest("Exceeded maximum number of documents.");
        }
        if (revisions > MOST_REVISIONS) {
            throw badRequest("Exceeded maximum number of revisions.");
        }
        return purges;
    }

    static List<Revision> revisions(JsonElement named) {
        if (!named.isJsonArray()) {
            throw badRequest("Invalid list of revisions");
        }
        return named.getAsJsonArray().asList().stream()
                .map(PurgeEndpoints::revision)
                .toList();
    }

    private static Revision revision(JsonElement named) {
        return (named.isJsonPrimitive() ? Revision.parse(named.getAsString()) : Optional.<Revision>empty())
                .orElseThrow(() -> badRequest("Invalid rev format"));
    }

    /** Documents with conflicts are refused, so that there is one revision to go, or none. */
    private static Stream<Revision> met(Purge purge, Contents contents) {
        return Stream.ofNullable(contents.find(purge.id())).filter(purge::meets).map(StoredDocument::revision);
    }

    static String revisions(Stream<Revision> revisions) {
        return revisions.map(revision -> "\"" + revision + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static int positive(ByteString body) {
        return JsonText.parse(body)
                .map(JsonElement::toString)
                .filter(text -> text.matches("[1-9][0-9]{0,8}"))
                .map(Integer::valueOf)
                .orElseThrow(() -> badRequest("`purged_infos_limit` must be positive integer"));
    }

    private static String quote(ByteString id) {
        return JsonText.quote(id.utf8());
    }

    private static CouchError badRequest(String reason) {
        return new CouchError(400, "bad_request", reason);
    }
}
