// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.RankedMap;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import java.util.Optional;
import okio.ByteString;

/**
 * Which ranks the keys of a request span.
 *
 * @param from the first rank, included
 * @param to the last rank, excluded; not before {@code from}
 */
record KeyRange(int from, int to) {
    static KeyRange of(RankedMap<ByteString, StoredDocument> documents, Query query, boolean descending) {
        Optional<ByteString> key = query.key("key");
        Optional<ByteString> start = key.or(() -> query.key("startkey", "start_key"));
        Optional<ByteString> end = key.or(() -> query.key("endkey", "end_key"));
        boolean withEnd = query.flag("inclusive_end", true);
        Optional<ByteString> low = descending ? end : start;
        Optional<ByteString> high = descending ? start : end;
        int from =
                low.map(bound -> rank(documents, bound, descending && !withEnd)).orElse(0);
        int to =
                high.map(bound -> rank(documents, bound, descending || withEnd)).orElse(documents.size());
        return descending ? new KeyRange(Math.min(from, to), to) : new KeyRange(from, Math.max(from, to));
    }

    int size() {
        return to - from;
    }

    private static int rank(RankedMap<ByteString, StoredDocument> documents, ByteString bound, boolean after) {
        int rank = documents.rank(bound);
        return after && documents.get(bound) != null ? rank + 1 : rank;
    }
}
