// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of one database, which CouchDB tells as the {@code offset} of a page. Waits out passing errors. Safe for use
 * by multiple threads.
 */
final class DocumentRanks implements Ranks {
    /** Comes after every id that is not made to come after it. */
    static final String BEYOND_ALL = "\udbff\udfff".repeat(8);

    private static final int CHANGES_AT_ONCE = 1000;

    private final String database;
    private final CouchClient couch;
    private final Patience patience;

    DocumentRanks(String database, CouchClient couch, Patience patience) {
        this.database = database;
        this.couch = couch;
        this.patience = patience;
    }

    /**
     * Returns whether the server tells ranks: none before the first id, and as many as there are beyond the last. Other
     * servers tell 0, what was skipped, or nothing.
     */
    boolean areTold() {
        PageEnd first = page("", 0, new ArrayList<>());
        PageEnd last = page(BEYOND_ALL, 0, new ArrayList<>());
        return first.offset().equals(OptionalLong.of(0))
                && last.offset().isPresent()
                && last.offset().equals(last.total());
    }

    /** Returns how many ids come before a key; empty if the server does not say. */
    OptionalLong of(String key) {
        return page(key, 0, new ArrayList<>()).offset();
    }

    @Override
    public Optional<Place> from(String key) {
        List<CouchRow> rows = new ArrayList<>();
        OptionalLong rank = page(key, 1, rows).offset();
        return rank.isEmpty() || rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new Place(rank.getAsLong(), rows.get(0).id()));
    }

    @Override
    public Optional<String> before(@Nullable String key) {
        return patience.persist(() -> couch.lastId(database, key));
    }

    /**
     * Returns whether ids that came or went below a key since a position in the feed can make up a difference of its
     * rank. Each shows once in a feed, as it is by now: one that was deleted may be there again, and the reverse.
     */
    boolean explain(@Nullable JsonElement since, String key, long difference) {
        long wanted = Math.abs(difference);
        JsonElement position = since;
        boolean more = since != null;
        long changed = 0;
        while (more && changed < wanted) {
            JsonElement from = position;
            AtomicLong below = new AtomicLong();
            PageEnd end = patience.persist(() -> {
                below.set(0);
                return couch.changes(database, from, CHANGES_AT_ONCE, null, Meter.NONE, change -> {
                    below.addAndGet(KeyOrder.isBelow(change.id(), key) ? 1 : 0);
                });
            });
            changed += below.get();
            position = end.lastSequence();
            more = end.rows() >= CHANGES_AT_ONCE;
        }
        return changed >= wanted;
    }

    private PageEnd page(String key, int limit, List<CouchRow> rows) {
        return patience.persist(() -> read(key, limit, rows));
    }

    private PageEnd read(String key, int limit, List<CouchRow> rows) throws PassingException {
        rows.clear();
        return couch.page(KeyPage.ids(database, key, limit), Meter.NONE, rows::add);
    }
}
