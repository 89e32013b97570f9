// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The ids that changed in a database since a position in its feed. Waits out passing errors. Safe for use by multiple threads. */
record ChangedIds(String database, CouchClient couch, Patience patience) {
    private static final int AT_ONCE = 1000;

    /**
     * One page of the feed.
     *
     * @param ids what changed, in the order of the feed
     * @param left how many changes there are with this page's, as far as the server says
     * @param position where the feed goes on after it
     */
    record Page(List<String> ids, long left, @Nullable JsonElement position) {}

    /**
     * Reads page after page, as long as the reader wants more and there is more, as far as {@link FeedBound} says; nothing
     * if the position is not known.
     */
    void read(@Nullable JsonElement since, StopSignal stop, Predicate<Page> reader) {
        JsonElement position = since;
        @Nullable FeedBound bound = null;
        long read = 0;
        boolean more = since != null;
        while (more) {
            stop.check();
            JsonElement next = position;
            List<String> ids = new ArrayList<>();
            PageEnd end = patience.persist(() -> {
                ids.clear();
                return couch.changes(database, next, AT_ONCE, Wanted.IDS, Meter.NONE, change -> ids.add(change.id()));
            });
            position = end.lastSequence();
            read += end.rows();
            more = reader.test(new Page(ids, end.rows() + end.pending().orElse(0), position)) && end.mayGoOn(AT_ONCE);
            if (more) {
                bound = bound == null ? FeedBound.of(end, database, couch, patience) : bound;
                more = bound.allows(read, end.pending().orElse(0));
            }
        }
    }
}
