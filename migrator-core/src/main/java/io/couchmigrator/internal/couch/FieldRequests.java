// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.internal.retry.PassingException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;

/**
 * Asks one server for those fields of documents alone that are wanted. What it sends says nothing of what there is: it leaves
 * out design documents, and documents that it cannot read, in silence. Safe for use by multiple threads.
 */
record FieldRequests(CouchHttp http) {
    /** What a document is known by. Each name costs CouchDB 9 µs a document: that one is deleted its change says without them. */
    private static final List<String> ALWAYS = List.of("_id", "_rev");

    /** Returns whether a server can be asked for fields of these names: one with a backslash, or none at all, it does not understand. */
    static boolean canExpress(Collection<String> fields) {
        return fields.stream().noneMatch(name -> name.isEmpty() || name.contains("\\"));
    }

    /**
     * Returns what kind of index the server would read for {@link #from}, in its own words; empty if it does not say. Only
     * {@code special} is the order of the ids, with all documents.
     */
    String index(String database, Wanted wanted) throws PassingException {
        JsonObject answer = http.post(
                "how \"%s\" would be searched".formatted(database),
                http.url(database, "_explain"),
                find("", 1, wanted),
                JsonBytes::object);
        JsonElement index = answer.get("index");
        JsonElement type =
                index != null && index.isJsonObject() ? index.getAsJsonObject().get("type") : null;
        return type != null && type.isJsonPrimitive() ? type.getAsString() : "";
    }

    /** Reads so many documents from an id on, in the order of the bytes of their ids. */
    PageEnd from(String database, String id, int limit, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        return http.post(
                "fields of documents of \"%s\"".formatted(database),
                http.url(database, "_find"),
                find(id, limit, wanted),
                PageParser.of(wanted, meter, consumer));
    }

    /** Reads a page of changes, also of deletions: only the empty selector hides none. */
    PageEnd changes(String what, HttpUrl.Builder target, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        return http.post(
                what,
                target.addQueryParameter("filter", "_selector"),
                "{\"selector\":{},\"fields\":%s}".formatted(fields(wanted)),
                PageParser.of(wanted, meter, consumer));
    }

    /** One bound alone: two of them a server compares as a dictionary does, and finds nothing. */
    private static String find(String id, int limit, Wanted wanted) {
        return "{\"selector\":{\"_id\":{\"$gte\":%s}},\"fields\":%s,\"limit\":%s}"
                .formatted(JsonText.quoted(id), fields(wanted), limit);
    }

    private static String fields(Wanted wanted) {
        Set<String> names = new LinkedHashSet<>(ALWAYS);
        names.addAll(wanted.fields());
        return names.stream()
                .map(name -> JsonText.quoted(name.replace(".", "\\.")))
                .collect(Collectors.joining(",", "[", "]"));
    }
}
