// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.couch.RowConsumer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts fields into the rows of a page of ids, in its order. The ids decide: what comes beside them is left out, and of what
 * does not come, or comes at another revision, the row says that its body could not be read. Used once, by one thread.
 */
final class FieldsOfPage {
    private final List<CouchRow> ids;
    private final RowConsumer consumer;
    private final Map<String, Integer> places = new HashMap<>();
    private int next;
    private long brought;

    FieldsOfPage(List<CouchRow> ids, RowConsumer consumer) {
        this.ids = ids;
        this.consumer = consumer;
        for (int i = 0; i < ids.size(); i++) {
            places.putIfAbsent(ids.get(i).id(), i);
        }
    }

    /** Takes the fields of a document. */
    void take(CouchRow fields) {
        Integer place = places.get(fields.id());
        if (place != null && place >= next && ids.get(place).rev().equals(fields.rev())) {
            unreadUpTo(place);
            consumer.row(fields);
            next = place + 1;
            brought++;
        }
    }

    /** Passes on the ids that are left, and returns of how many the fields came. */
    long end() {
        unreadUpTo(ids.size());
        return brought;
    }

    private void unreadUpTo(int end) {
        for (; next < end; next++) {
            CouchRow id = ids.get(next);
            consumer.row(id.state() == State.NOT_ASKED ? id.as(State.UNREADABLE) : id);
        }
    }
}
