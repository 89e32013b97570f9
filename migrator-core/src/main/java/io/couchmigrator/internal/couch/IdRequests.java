// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Asks one server for documents by id, in as many requests as it takes until each id is answered once. Safe for use by
 * multiple threads.
 */
record IdRequests(CouchHttp http) {
    /**
     * Reads documents. Where they are too many for one request or one answer, they are asked for in parts.
     *
     * @param wanted what to keep of each document
     */
    void documents(String database, List<String> ids, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        try {
            atOnce(database, ids, wanted, meter, consumer);
        } catch (SourceException e) {
            boolean tooLarge = StatusException.causing(e)
                    .filter(StatusException::isOfTooLargeARequest)
                    .isPresent();
            if (!tooLarge || ids.size() == 1) {
                throw e;
            }
            int half = ids.size() / 2;
            documents(database, ids.subList(0, half), wanted, meter, consumer);
            documents(database, ids.subList(half, ids.size()), wanted, meter, consumer);
        }
    }

    private void atOnce(String database, List<String> ids, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        StringJoiner keys = new StringJoiner(",", "{\"keys\":[", "]}");
        ids.forEach(id -> keys.add(JsonText.quoted(id)));
        String what = "documents of \"%s\" by id (%s)".formatted(database, ids.size());
        Set<String> unanswered = new LinkedHashSet<>(ids);
        RowConsumer asked = row -> {
            if (unanswered.remove(row.id())) {
                consumer.row(row);
            }
        };
        PageEnd end =
                http.post(what, http.allDocs(database, wanted), keys.toString(), PageParser.of(wanted, meter, asked));
        if (end.rows() + unanswered.size() != ids.size() || (end.rows() == 0 && !ids.isEmpty())) {
            throw http.broken(
                    what,
                    new IOException("asked for %s ids, answered %s rows, %s ids not among them"
                            .formatted(ids.size(), end.rows(), unanswered.size())));
        }
        if (!unanswered.isEmpty()) {
            // An operator's limit of rows cuts an answer short, in silence.
            documents(database, List.copyOf(unanswered), wanted, meter, consumer);
        }
    }
}
