// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import okio.ByteString;

/** {@code /{db}/_all_docs}: a range of documents in the order of their ids, or some by id. */
final class AllDocsEndpoint {
    private final Offsets offsets;
    private final int queryLimit;

    /** @param queryLimit the most rows that may be asked for and are sent */
    AllDocsEndpoint(Offsets offsets, int queryLimit) {
        this.offsets = offsets;
        this.queryLimit = queryLimit;
    }

    Answer answer(CouchDatabase database, Exchange exchange) {
        if (!exchange.reads() && !exchange.is("POST")) {
            throw exchange.methodNotAllowed("GET,HEAD,POST");
        }
        Query query = exchange.query();
        query.refuse("conflicts", "attachments", "update_seq", "startkey_docid", "endkey_docid");
        boolean withDocuments = query.flag("include_docs", false);
        Contents contents = database.contents();
        int limit = limit(query);
        if (exchange.asksForIds()) {
            List<String> ids = exchange.request().ids();
            List<String> answered = ids.subList(0, Math.min(limit, ids.size()));
            return byId(contents, exchange.fault().rows(answered), withDocuments);
        }
        return range(contents, query, exchange.fault().limit(limit), withDocuments, exchange.fault());
    }

    private int limit(Query query) {
        int limit = query.count("limit").orElse(queryLimit);
        if (limit > queryLimit) {
            throw new CouchError(400, "query_parse_error", "Limit is too large, must not exceed " + queryLimit);
        }
        return limit;
    }

    private Answer byId(Contents contents, List<String> ids, boolean withDocuments) {
        return Answer.stream(payload -> {
            payload.text("{\"total_rows\":" + contents.live().size() + ",\"offset\":null,\"rows\":[\n");
            String separator = "";
            for (String id : ids) {
                payload.text(separator);
                ByteString key = ByteString.encodeUtf8(id);
                StoredDocument document = contents.find(key);
                if (document == null) {
                    payload.text("{\"key\":").quoted(key).text(",\"error\":\"not_found\"}");
                } else {
                    writeRow(document, withDocuments, payload);
                }
                payload.endRow();
                separator = ",\n";
            }
            payload.text("\n]}\n");
        });
    }

    private Answer range(Contents contents, Query query, int limit, boolean withDocuments, Fault fault) {
        boolean descending = query.flag("descending", false);
        KeyRange range = KeyRange.of(contents.live(), query, descending);
        int skip = Math.min(query.count("skip").orElse(0), range.size());
        int taken = Math.min(limit, range.size() - skip);
        int from = descending ? range.to() - skip - taken : range.from() + skip;
        List<StoredDocument> rows = new ArrayList<>(contents.live().slice(from, from + taken));
        rows.removeIf(fault::omits);
        if (descending) {
            Collections.reverse(rows);
        }
        List<StoredDocument> sent = fault.rows(rows);
        int total = contents.live().size();
        int before = descending ? total - range.to() : range.from();
        String offset = offset(before + skip, fault);
        return Answer.stream(payload -> {
            payload.text("{\"total_rows\":" + total + ",\"offset\":" + offset + ",\"rows\":[\n");
            String separator = "";
            for (StoredDocument row : sent) {
                payload.text(separator);
                writeRow(row, withDocuments, payload);
                payload.endRow();
                separator = ",\n";
            }
            payload.text("\n]}\n");
        });
    }

    private String offset(long exact, Fault fault) {
        return switch (offsets) {
            case EXACT -> String.valueOf(fault.offset(exact));
            case ZERO -> "0";
            case NULL -> "null";
        };
    }

    private static void writeRow(StoredDocument document, boolean withDocuments, Payload payload) throws IOException {
        payload.text("{\"id\":").quoted(document.id()).text(",\"key\":").quoted(document.id());
        payload.text(",\"value\":{\"rev\":\"" + document.revision() + "\"");
        payload.text(document.deleted() ? ",\"deleted\":true}" : "}");
        if (withDocuments) {
            payload.text(",\"doc\":");
            if (document.deleted()) {
                payload.text("null");
            } else {
                payload.document(document);
            }
        }
        payload.text("}");
    }
}
