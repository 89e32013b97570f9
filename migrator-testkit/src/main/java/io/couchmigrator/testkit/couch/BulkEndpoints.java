// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.NewDocument;
import io.couchmigrator.testkit.couch.documents.Revision;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import okio.Buffer;
import okio.ByteString;

/** {@code /{db}/_bulk_docs} and {@code /{db}/_bulk_get}: many documents in one request. */
final class BulkEndpoints {
    Answer write(CouchDatabase database, Exchange exchange) {
        JsonObject body = posted(exchange);
        boolean newEdits = !body.has("new_edits") || body.get("new_edits").getAsBoolean();
        List<String> results = new ArrayList<>();
        for (JsonElement document : documents(body)) {
            if (newEdits) {
                results.add(write(database, document.getAsJsonObject()));
            } else {
                database.replicate(NewDocument.of(
                        document.getAsJsonObject().get("_id").getAsString(), document.getAsJsonObject()));
            }
        }
        database.signal().ring();
        return Answer.json(201, "[" + String.join(",", results) + "]");
    }

    private static String write(CouchDatabase database, JsonObject document) {
        JsonElement id = document.get("_id");
        String known = id == null ? UUID.randomUUID().toString().replace("-", "") : id.getAsString();
        NewDocument parsed = NewDocument.of(known, document);
        try {
            Revision revision = database.change(parsed, false);
            return "{\"ok\":true,\"id\":" + JsonText.quote(known) + ",\"rev\":\"" + revision + "\"}";
        } catch (CouchError conflict) {
            return "{\"id\":" + JsonText.quote(known) + "," + conflict.members() + "}";
        }
    }

    Answer read(CouchDatabase database, Exchange exchange) throws IOException {
        JsonObject body = posted(exchange);
        Contents contents = database.contents();
        Buffer json = new Buffer().writeUtf8("{\"results\":[");
        String separator = "";
        for (JsonElement asked : documents(body)) {
            JsonElement id = asked.getAsJsonObject().get("id");
            if (id == null) {
                throw new CouchError(400, "bad_request", "document id missed");
            }
            json.writeUtf8(separator);
            writeResult(contents, ByteString.encodeUtf8(id.getAsString()), exchange.fault(), json);
            separator = ",";
        }
        return Answer.json(200, json.writeUtf8("]}").readByteString());
    }

    private static void writeResult(Contents contents, ByteString id, Fault fault, Buffer json) throws IOException {
        StoredDocument document = contents.find(id);
        if (document != null && !document.losers().isEmpty()) {
            throw CouchError.notSupported("_bulk_get of documents with conflicts");
        }
        json.writeUtf8("{\"id\":");
        JsonText.quote(id, json);
        json.writeUtf8(",\"docs\":[{");
        if (document == null) {
            writeError(id, "undefined", "not_found", "missing", json);
        } else if (document.kind() == StoredDocument.Kind.UNREADABLE || fault.hides(document)) {
            writeError(id, document.revision().toString(), "file_corruption", "file corruption", json);
        } else {
            json.writeUtf8("\"ok\":");
            document.writeTo(json);
        }
        json.writeUtf8("}]}");
    }

    private static void writeError(ByteString id, String revision, String error, String reason, Buffer json)
            throws IOException {
        json.writeUtf8("\"error\":{\"rev\":\"" + revision + "\",\"reason\":\"" + reason + "\",\"id\":");
        JsonText.quote(id, json);
        json.writeUtf8(",\"error\":\"" + error + "\"}");
    }

    private static JsonObject posted(Exchange exchange) {
        if (!exchange.is("POST")) {
            throw exchange.methodNotAllowed("POST");
        }
        return JsonText.parseObject(exchange.body());
    }

    private static JsonArray documents(JsonObject body) {
        JsonElement documents = body.get("docs");
        if (documents == null || !documents.isJsonArray()) {
            throw new CouchError(400, "bad_request", "POST body must include `docs` parameter.");
        }
        return documents.getAsJsonArray();
    }
}
