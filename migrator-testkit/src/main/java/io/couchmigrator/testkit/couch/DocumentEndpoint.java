// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.NewDocument;
import io.couchmigrator.testkit.couch.documents.Revision;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.io.IOException;
import java.util.stream.Stream;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /{db}/{id}}: one document. */
final class DocumentEndpoint {
    Answer answer(CouchDatabase database, Exchange exchange) throws IOException {
        String id = exchange.request().names().get(0);
        return switch (exchange.request().method()) {
            case "GET", "HEAD" -> read(database, id, exchange);
            case "PUT" -> {
                JsonObject content = JsonText.parseObject(exchange.body());
                String claimed = exchange.query().text("rev").orElse(null);
                if (claimed != null && !content.has("_rev")) {
                    content.addProperty("_rev", claimed);
                }
                yield write(201, database, id, content);
            }
            case "DELETE" -> delete(database, id, exchange.query().text("rev").orElse(null));
            default -> throw exchange.methodNotAllowed("DELETE,GET,HEAD,POST,PUT,COPY");
        };
    }

    private static Answer read(CouchDatabase database, String id, Exchange exchange) throws IOException {
        Query query = exchange.query();
        query.refuse("attachments", "revs", "revs_info", "conflicts", "open_revs", "att_encoding_info");
        ByteString key = JsonText.utf8(id).orElseThrow(DocumentEndpoint::missing);
        String rev = query.text("rev").orElse(null);
        StoredDocument document = Stream.ofNullable(database.contents().find(key))
                .flatMap(StoredDocument::leaves)
                .filter(leaf -> rev == null || leaf.revision().toString().equals(rev))
                .findFirst()
                .orElseThrow(DocumentEndpoint::missing);
        if (document.deleted() && rev == null) {
            throw new CouchError(404, "not_found", "deleted");
        }
        if (document.kind() == StoredDocument.Kind.UNREADABLE
                || exchange.fault().hides(document)) {
            throw new CouchError(500, "file_corruption", "file corruption");
        }
        return Answer.json(200, document.json()).header("ETag", "\"" + document.revision() + "\"");
    }

    private static Answer delete(CouchDatabase database, String id, @Nullable String rev) {
        JsonObject tombstone = new JsonObject();
        tombstone.addProperty("_deleted", true);
        if (rev != null) {
            tombstone.addProperty("_rev", rev);
        }
        StoredDocument former = JsonText.utf8(id).map(database.contents()::find).orElse(null);
        if (former == null) {
            throw missing();
        }
        if (former.deleted()) {
            throw new CouchError(404, "not_found", "deleted");
        }
        return write(200, database, id, tombstone);
    }

    private static Answer write(int status, CouchDatabase database, String id, JsonObject content) {
        Revision revision = database.change(NewDocument.of(id, content), false);
        database.signal().ring();
        return Answer.json(status, "{\"ok\":true,\"id\":" + JsonText.quote(id) + ",\"rev\":\"" + revision + "\"}")
                .header("ETag", "\"" + revision + "\"");
    }

    private static CouchError missing() {
        return new CouchError(404, "not_found", "missing");
    }
}
