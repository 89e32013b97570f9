// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonElement;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import okio.ByteString;

/** Reads query parameters as CouchDB does, with its errors. */
record Query(Map<String, String> parameters) {

    Optional<String> text(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    boolean flag(String name, boolean otherwise) {
        return text(name)
                .map(value -> switch (value) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw parseError("Invalid boolean parameter: " + JsonText.quote(value));
                })
                .orElse(otherwise);
    }

    OptionalInt count(String name) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            long count = Long.parseLong(value.get());
            if (count < 0) {
                throw parseError("Invalid value for positive integer: " + JsonText.quote(value.get()));
            }
            return OptionalInt.of((int) Math.min(count, Integer.MAX_VALUE));
        } catch (NumberFormatException e) {
            throw parseError("Invalid value for integer: " + JsonText.quote(value.get()));
        }
    }

    /** Returns a key, a JSON string under one of these names, as the UTF-8 that ids are sorted by. */
    Optional<ByteString> key(String... names) {
        for (String name : names) {
            Optional<String> value = text(name);
            if (value.isPresent()) {
                return Optional.of(key(parse(value.get())));
            }
        }
        return Optional.empty();
    }

    /** Refuses what the double does not do, so that no test relies on it in vain. */
    void refuse(String... names) {
        for (String name : List.of(names)) {
            if (parameters.containsKey(name)) {
                throw CouchError.notSupported("the parameter " + name);
            }
        }
    }

    private static JsonElement parse(String json) {
        return JsonText.utf8(json)
                .flatMap(JsonText::parse)
                .orElseThrow(() -> new CouchError(400, "bad_request", "invalid UTF-8 JSON"));
    }

    private static ByteString key(JsonElement key) {
        if (!key.isJsonPrimitive() || !key.getAsJsonPrimitive().isString()) {
            throw parseError("`key` must be a string.");
        }
        return JsonText.utf8(key.getAsString())
                .orElseThrow(() -> new CouchError(400, "bad_request", "invalid UTF-8 JSON"));
    }

    private static CouchError parseError(String reason) {
        return new CouchError(400, "query_parse_error", reason);
    }
}
