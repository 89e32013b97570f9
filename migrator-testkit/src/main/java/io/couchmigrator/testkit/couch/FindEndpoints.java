// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.NewDocument;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.text.Collator;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okio.ByteString;

/**
 * {@code /{db}/_find}, {@code _explain} and {@code _index}: fields of documents from or up to an id, with what CouchDB leaves
 * out in silence. An index on {@code _id} takes over, in the order of a dictionary.
 */
final class FindEndpoints {
    private static final int LIMIT = 25;
    private static final ByteString DESIGN = ByteString.encodeUtf8("_design/");
    private static final Set<String> LOWER = Set.of("$gt", "$gte");
    private static final Set<String> UPPER = Set.of("$lt", "$lte");

    private final int queryLimit;

    /** @param queryLimit the most rows that are sent */
    FindEndpoints(int queryLimit) {
        this.queryLimit = queryLimit;
    }

    Answer find(CouchDatabase database, Exchange exchange) {
        JsonObject body = posted(exchange);
        Contents contents = database.contents();
        boolean indexed = isIndexed(contents);
        Fault fault = exchange.fault();
        List<StoredDocument> found = fault.rows(matching(contents, body, indexed)
                .filter(document -> document.kind() != StoredDocument.Kind.UNREADABLE && !fault.hides(document))
                .limit(fault.limit(limit(body)))
                .filter(document -> !fault.omits(document))
                .toList());
        Fields fields = Fields.of(body);
        if (!found.isEmpty()) {
            fields.check(400, "invalid_field_name");
        }
        return Answer.stream(payload -> {
            payload.text("{\"docs\":[");
            String separator = "\r\n";
            for (StoredDocument document : found) {
                payload.text(separator).bytes(fields.of(document)).endRow();
                separator = ",\r\n";
            }
            payload.text("\r\n],\r\n\"bookmark\": \"nil\"");
            payload.text(
                    indexed
                            ? ""
                            : ",\r\n\"warning\": \"No matching index found, create an index to optimize query time.\"");
            payload.text("}\r\n\n");
        });
    }

    /** A cap of the operator's is heeded without a word. */
    private int limit(JsonObject body) {
        JsonElement limit = body.get("limit");
        return Math.min(limit == null ? LIMIT : limit.getAsInt(), queryLimit);
    }

    private static Stream<StoredDocument> matching(Contents contents, JsonObject body, boolean indexed) {
        JsonObject bounds = bounds(body);
        if (isEmptyToThePlanner(bounds)) {
            return Stream.empty();
        }
        return (indexed ? collated(contents, bounds) : ordered(contents, bounds))
                .filter(document -> !document.id().startsWith(DESIGN));
    }

    private static Stream<StoredDocument> ordered(Contents contents, JsonObject bounds) {
        int from = LOWER.stream()
                .filter(bounds::has)
                .mapToInt(name -> contents.live().rank(id(bounds.get(name))))
                .max()
                .orElse(0);
        return IntStream.range(from, contents.live().size())
                .mapToObj(rank -> contents.live().slice(rank, rank + 1).get(0))
                .filter(document -> isWithin(bounds, document, Comparator.naturalOrder()));
    }

    /** What the index has between the bounds is held to them once more, by the bytes. */
    private static Stream<StoredDocument> collated(Contents contents, JsonObject bounds) {
        return contents.live().slice(0, contents.live().size()).stream()
                .filter(document -> isWithin(bounds, document, FindEndpoints::collated)
                        && isWithin(bounds, document, Comparator.naturalOrder()))
                .sorted(Comparator.comparing(StoredDocument::id, FindEndpoints::collated));
    }

    private static boolean isWithin(JsonObject bounds, StoredDocument document, Comparator<ByteString> order) {
        return bounds.entrySet().stream()
                .allMatch(bound -> isWithin(order.compare(document.id(), id(bound.getValue())), bound.getKey()));
    }

    private static JsonObject bounds(JsonObject body) {
        JsonObject selector = body.getAsJsonObject("selector");
        if (selector == null || !Set.of("_id").containsAll(selector.keySet())) {
            throw CouchError.notSupported("selectors of anything but _id");
        }
        JsonObject bounds = selector.has("_id") ? selector.getAsJsonObject("_id") : new JsonObject();
        if (!bounds.keySet().stream().allMatch(name -> LOWER.contains(name) || UPPER.contains(name))) {
            throw CouchError.notSupported("the operators " + bounds.keySet());
        }
        return bounds;
    }

    /** The planner compares two bounds as a dictionary does, whatever order the ids are in. */
    private static boolean isEmptyToThePlanner(JsonObject bounds) {
        return bounds.entrySet().stream()
                .filter(bound -> LOWER.contains(bound.getKey()))
                .anyMatch(lower -> bounds.entrySet().stream()
                        .filter(bound -> UPPER.contains(bound.getKey()))
                        .anyMatch(upper -> collated(id(lower.getValue()), id(upper.getValue())) > 0));
    }

    private static boolean isWithin(int compared, String operator) {
        return switch (operator) {
            case "$gt" -> compared > 0;
            case "$gte" -> compared >= 0;
            case "$lt" -> compared < 0;
            default -> compared <= 0;
        };
    }

    private static ByteString id(JsonElement bound) {
        return ByteString.encodeUtf8(bound.getAsString());
    }

    private static int collated(ByteString left, ByteString right) {
        return Collator.getInstance(Locale.ROOT).compare(left.utf8(), right.utf8());
    }

    Answer explain(CouchDatabase database, Exchange exchange) {
        JsonObject body = posted(exchange);
        bounds(body);
        boolean indexed = isIndexed(database.contents());
        String index = indexed
                ? "\"ddoc\":\"_design/ids\",\"name\":\"ids\",\"type\":\"json\",\"partitioned\":false"
                : "\"ddoc\":null,\"name\":\"_all_docs\",\"type\":\"special\"";
        return Answer.json(
                200,
                "{\"dbname\":" + JsonText.quote(database.name()) + ",\"index\":{" + index
                        + ",\"def\":{\"fields\":[{\"_id\":\"asc\"}]}},\"selector\":" + body.get("selector")
                        + ",\"limit\":" + limit(body) + ",\"skip\":0}");
    }

    /** Creates an index on {@code _id}. */
    Answer index(CouchDatabase database, Exchange exchange) {
        JsonArray fields = posted(exchange).getAsJsonObject("index").getAsJsonArray("fields");
        if (fields.size() != 1 || !fields.get(0).getAsString().equals("_id")) {
            throw CouchError.notSupported("indexes of anything but _id");
        }
        JsonObject design = new JsonObject();
        design.addProperty("language", "query");
        database.change(NewDocument.of("_design/ids", design), true);
        database.signal().ring();
        return Answer.json(200, "{\"result\":\"created\",\"id\":\"_design/ids\",\"name\":\"ids\"}");
    }

    private static boolean isIndexed(Contents contents) {
        return contents.live().get(ByteString.encodeUtf8("_design/ids")) != null;
    }

    private static JsonObject posted(Exchange exchange) {
        if (!exchange.is("POST")) {
            throw exchange.methodNotAllowed("POST");
        }
        return JsonText.parseObject(exchange.body());
    }
}
