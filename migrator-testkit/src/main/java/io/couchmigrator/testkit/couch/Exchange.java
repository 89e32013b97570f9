// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonElement;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import okio.ByteString;

/**
 * One request being answered.
 *
 * @param body as it was sent
 * @param fault what is to go wrong with the answer
 */
record Exchange(CouchRequest request, ByteString body, Fault fault) {
    Query query() {
        return new Query(request.query());
    }

    boolean is(String method) {
        return request.method().equals(method);
    }

    /** Whether it names the documents it wants instead of a range. */
    boolean asksForIds() {
        return request.query().containsKey("keys")
                || JsonText.parse(body)
                        .filter(JsonElement::isJsonObject)
                        .filter(object -> object.getAsJsonObject().has("keys"))
                        .isPresent();
    }

    /** Whether it only reads: {@code HEAD} is answered like {@code GET}. */
    boolean reads() {
        return is("GET") || is("HEAD");
    }

    CouchError methodNotAllowed(String allowed) {
        return new CouchError(405, "method_not_allowed", "Only " + allowed + " allowed");
    }
}
