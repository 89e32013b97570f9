// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Optional;

/** The entries that this migration writes to its log. */
final class LogEntry {
    private LogEntry() {}

    /** Tells that nobody knows whose the blobs are. */
    static JsonObject unknownDomain(String docType, JsonPrimitive docId) {
        return entry("unknown-domain", docType, docId);
    }

    /** Tells that a document has attachments of CouchDB's own, too, which stay where they are. */
    static JsonObject ignoredAttachments(
            String docType, JsonPrimitive docId, Optional<String> domain, JsonElement attachments) {
        JsonObject entry = entry("ignored-couch-attachments", docType, docId);
        entry.addProperty("domain", domain.orElse(null));
        entry.add("attachments", attachments);
        return entry;
    }

    private static JsonObject entry(String error, String docType, JsonPrimitive docId) {
        JsonObject entry = new JsonObject();
        entry.addProperty("error", error);
        entry.addProperty("doc_type", docType);
        entry.add("doc_id", docId);
        return entry;
    }
}
