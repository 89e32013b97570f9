// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonElement;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a {@link CouchDouble} received it. Immutable.
 *
 * @param method the HTTP method
 * @param path the path without base path and query, its percent-encoding decoded
 * @param database the name of the database; empty for the server's own endpoints
 * @param endpoint what the request is about
 * @param names what follows the endpoint in the path: a document's id, or design document and view
 * @param query the query parameters, decoded; of one given twice the last; with them those that the body of a
 *     {@code POST} to {@code _all_docs} holds, as JSON
 * @param ids the documents that the body asks for by id, in its order
 */
public record CouchRequest(
        String method,
        String path,
        String database,
        Endpoint endpoint,
        List<String> names,
        Map<String, String> query,
        List<String> ids) {

    /** Copies what could be changed. */
    public CouchRequest {
        names = List.copyOf(names);
        query = Map.copyOf(query);
        ids = List.copyOf(ids);
    }

    /** Returns a query parameter; empty if it was not given. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /** Returns the key that a page begins with, decoded from JSON; empty if none was given or it is no string. */
    public Optional<String> startKey() {
        return parameter("startkey").or(() -> parameter("start_key")).flatMap(CouchRequest::string);
    }

    /** Returns the key that a page ends with, decoded from JSON; empty if none was given or it is no string. */
    public Optional<String> endKey() {
        return parameter("endkey").or(() -> parameter("end_key")).flatMap(CouchRequest::string);
    }

    private static Optional<String> string(String json) {
        return JsonText.utf8(json)
                .flatMap(JsonText::parse)
                .filter(value ->
                        value.isJsonPrimitive() && value.getAsJsonPrimitive().isString())
                .map(JsonElement::getAsString);
    }
}
