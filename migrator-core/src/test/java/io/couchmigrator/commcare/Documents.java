// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Document;

/** Documents made of JSON text, which keeps numbers as they are written. */
final class Documents {
    /** One blob that needs no key made. */
    static final String ONE_BLOB = "\"external_blobs\": {\"f\": {\"key\": \"k\"}}";

    /** An id that no key can be made of. */
    static final String HASHED_ID = "sha1-0123456789abcdef0123456789abcdef01234567";

    private Documents() {}

    static Document of(String fields) {
        return of("id", fields);
    }

    static Document of(String id, String fields) {
        return new Document(id, "1-a", json(fields));
    }

    static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }
}
