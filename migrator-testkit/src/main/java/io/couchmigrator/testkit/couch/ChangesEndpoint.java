// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.SequenceToken;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** {@code /{db}/_changes}: what changed since a sequence; once, or waiting for more. */
final class ChangesEndpoint {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final boolean tellsPending;

    /** @param tellsPending whether a page says how many changes are still to come */
    ChangesEndpoint(boolean tellsPending) {
        this.tellsPending = tellsPending;
    }

    Answer answer(CouchDatabase database, Exchange exchange) {
        if (!exchange.reads() && !exchange.is("POST")) {
            throw exchange.methodNotAllowed("GET,HEAD,POST");
        }
        Query query = exchange.query();
        query.refuse("descending", "doc_ids", "style", "conflicts", "attachments", "heartbeat", "view");
        Contents contents = database.contents();
        long since = SequenceToken.since(query.text("since").orElse("0"), database.identity(), contents.sequence());
        Feed feed = new Feed(
                database,
                query.flag("include_docs", false),
                fields(exchange),
                exchange.fault().limit(Math.max(1, query.count("limit").orElse(Integer.MAX_VALUE))),
                Math.max(1, query.count("seq_interval").orElse(1)),
                query.count("timeout").stream()
                        .mapToObj(Duration::ofMillis)
                        .filter(wait -> wait.compareTo(LONGEST_WAIT) < 0)
                        .findFirst()
                        .orElse(LONGEST_WAIT),
                tellsPending);
        return switch (query.text("feed").orElse("normal")) {
            case "normal" -> feed.normal(contents, since);
            case "longpoll" -> feed.longpoll(contents, since);
            case "continuous" -> feed.continuous(contents, since);
            default -> throw CouchError.notSupported("this feed");
        };
    }

    /** All documents are the only ones that a selector may ask for here. */
    private static Fields fields(Exchange exchange) {
        String filter = exchange.query().text("filter").orElse("");
        if (filter.isEmpty()) {
            return new Fields(List.of());
        }
        if (!filter.equals("_selector")) {
            throw CouchError.notSupported("the filter " + filter);
        }
        JsonObject body = JsonText.parseObject(exchange.body());
        if (!new JsonObject().equals(body.get("selector"))) {
            throw CouchError.notSupported("selectors of changes");
        }
        return Fields.of(body);
    }

    private record Feed(
            CouchDatabase database,
            boolean withDocuments,
            Fields fields,
            int limit,
            int interval,
            Duration timeout,
            boolean tellsPending) {

        Answer normal(Contents contents, long since) {
            if (!after(contents, since, 1).isEmpty()) {
                fields.check(500, "mango_error");
            }
            String tag = HexFormat.of().toHexDigits(database.identity()) + "-" + contents.sequence() + "-" + since;
            return Answer.stream(payload -> {
                        payload.text("{\"results\":[\n");
                        writePage(contents, since, payload);
                    })
                    .header("ETag", JsonText.quote(tag));
        }

        Answer longpoll(Contents contents, long since) {
            return Answer.stream(payload -> {
                payload.text("{\"results\":[\n");
                Contents current = contents;
                if (after(contents, since, 1).isEmpty()) {
                    payload.text("\n").flush();
                    awaitChange(since);
                    current = database.contents();
                }
                writePage(current, since, payload);
            });
        }

        Answer continuous(Contents contents, long since) {
            return Answer.stream(payload -> {
                Contents current = contents;
                long position = since;
                int left = limit;
                while (true) {
                    for (StoredDocument change : after(current, position, left)) {
                        writeChange(change, true, payload);
                        payload.text("\n").endRow();
                        position = change.sequence();
                        left--;
                    }
                    payload.flush();
                    if (left == 0 || !awaitChange(position)) {
                        payload.text("{" + lastSequence(current, position) + "}\n\n");
                        return;
                    }
                    current = database.contents();
                }
            });
        }

        /** A purge is not one: it raises the database's sequence, and no feed has it. */
        private boolean awaitChange(long position) throws IOException {
            return database.signal()
                    .await(() -> !after(database.contents(), position, 1).isEmpty(), timeout);
        }

        private void writePage(Contents contents, long since, Payload payload) throws IOException {
            List<StoredDocument> page = after(contents, since, limit);
            int row = 0;
            for (StoredDocument change : page) {
                payload.text(row == 0 ? "" : ",\n");
                writeChange(change, row % interval == 0, payload);
                payload.endRow();
                row++;
            }
            long last = page.isEmpty() ? since : page.get(page.size() - 1).sequence();
            payload.text("\n],\n" + lastSequence(contents, last) + "}\n\n");
        }

        private void writeChange(StoredDocument change, boolean withSequence, Payload payload) throws IOException {
            String sequence = withSequence ? JsonText.quote(database.token(change.sequence())) : "null";
            payload.text("{\"seq\":" + sequence + ",\"id\":").quoted(change.id());
            payload.text(",\"changes\":[{\"rev\":\"" + change.revision() + "\"}]");
            payload.text(change.deleted() ? ",\"deleted\":true" : "");
            if (withDocuments) {
                payload.text(",\"doc\":").document(change, fields);
            }
            payload.text("}");
        }

        private String lastSequence(Contents contents, long last) {
            int pending = contents.changes().size() - contents.changes().rank(last + 1);
            return "\"last_seq\":" + JsonText.quote(database.token(last))
                    + (tellsPending ? ",\"pending\":" + pending : "");
        }

        private static List<StoredDocument> after(Contents contents, long position, int limit) {
            int from = contents.changes().rank(position + 1);
            long to = Math.min((long) from + limit, contents.changes().size());
            return contents.changes().slice(from, (int) to);
        }
    }
}
