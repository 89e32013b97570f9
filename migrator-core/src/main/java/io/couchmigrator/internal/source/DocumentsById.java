// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonObject;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads documents by id, so that one that cannot be read hides no other. Safe for use by multiple threads. */
public final class DocumentsById {
    private static final int MOST_AT_ONCE = 200;

    /** How many documents on either side may be as bad as the one that is suspected. */
    private static final int WITNESSES = 5;

    private final CouchClient couch;
    private final Patience patience;

    public DocumentsById(CouchClient couch, Patience patience) {
        this.couch = couch;
        this.patience = patience;
    }

    /** Returns what the server knows of each id: a document, that it is gone, or that it cannot be read. */
    public Map<String, CouchRow> read(String database, List<String> ids, List<String> fields) {
        Map<String, CouchRow> rows = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i += MOST_AT_ONCE) {
            read(database, ids.subList(i, Math.min(ids.size(), i + MOST_AT_ONCE)), fields, rows);
        }
        return rows;
    }

    private void read(String database, List<String> ids, List<String> fields, Map<String, CouchRow> rows) {
        Optional<List<CouchRow>> page = wholePage(database, ids, fields);
        if (page.isPresent()) {
            page.get().forEach(row -> rows.put(row.id(), row));
            ids.forEach(id -> rows.putIfAbsent(id, new CouchRow(id, "", State.MISSING, new JsonObject(), 0)));
        } else if (ids.size() > 1) {
            read(database, ids.subList(0, ids.size() / 2), fields, rows);
            read(database, ids.subList(ids.size() / 2, ids.size()), fields, rows);
        } else {
            rows.put(ids.get(0), alone(database, ids.get(0), fields));
        }
    }

    /** Reads documents; empty if the answer broke twice. */
    private Optional<List<CouchRow>> wholePage(String database, List<String> ids, List<String> fields) {
        int[] broken = {0};
        return patience.persist(() -> {
            try {
                return Optional.of(page(database, ids, fields));
            } catch (BrokenAnswerException e) {
                if (++broken[0] < 2) {
                    throw e;
                }
                return Optional.empty();
            }
        });
    }

    /** Reads the one document whose answer broke twice; it is to blame only if the server is well otherwise. */
    private CouchRow alone(String database, String id, List<String> fields) {
        return patience.persist(() -> {
            couch.database(database);
            try {
                List<CouchRow> page = page(database, List.of(id), fields);
                return page.isEmpty() ? new CouchRow(id, "", State.MISSING, new JsonObject(), 0) : page.get(0);
            } catch (BrokenAnswerException e) {
                if (!readsAnother(database, id, fields)) {
                    throw e;
                }
                return new CouchRow(id, "", State.UNREADABLE, new JsonObject(), 0);
            }
        });
    }

    /** A server that is overloaded fails on every body, and then no document is to blame. */
    private boolean readsAnother(String database, String id, List<String> fields) throws PassingException {
        List<CouchRow> others = new ArrayList<>();
        couch.page(KeyPage.ids(database, id + "\0", WITNESSES), Meter.NONE, others::add);
        couch.page(KeyPage.ids(database, null, WITNESSES), Meter.NONE, others::add);
        others.removeIf(other -> other.id().equals(id));
        boolean read = others.isEmpty();
        for (int i = 0; i < others.size() && !read; i++) {
            read = isReadable(database, others.get(i).id(), fields);
        }
        return read;
    }

    private boolean isReadable(String database, String id, List<String> fields) throws PassingException {
        try {
            return !page(database, List.of(id), fields).isEmpty();
        } catch (BrokenAnswerException e) {
            return false;
        }
    }

    private List<CouchRow> page(String database, List<String> ids, List<String> fields) throws PassingException {
        List<CouchRow> page = new ArrayList<>();
        couch.documents(database, ids, fields, Meter.NONE, page::add);
        return page;
    }
}
