// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.ranges.RangePlan;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ranks of one database, which CouchDB tells as the {@code offset} of a page. Waits out passing errors; where ranks are
 * told, an answer without one is such an error. Safe for use by multiple threads.
 */
record DocumentRanks(String database, CouchClient couch, Patience patience) implements RangePlan.Source {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentRanks.class);

    /**
     * Returns whether the server tells ranks: none before the first id, and as many as there are beyond the last. Other
     * servers tell 0, what was skipped, or nothing.
     */
    @Override
    public boolean areTold() {
        patience.persist(() -> read("", 0, new ArrayList<>()));
        try {
            return patience.persist(this::areToldAtBothEnds);
        } catch (SourceException e) {
            LOG.info("no rank beyond all ids: {}", e.getMessage());
            return false;
        }
    }

    private boolean areToldAtBothEnds() throws PassingException {
        PageEnd first = read("", 0, new ArrayList<>());
        PageEnd last = read(RangePlan.BEYOND_ALL, 0, new ArrayList<>());
        if (isTold(first) != isTold(last)) {
            throw untold();
        }
        return isTold(first)
                && first.offset().orElseThrow() == 0
                && last.offset().equals(last.total());
    }

    /** Holds a page to what this server told on others: one without it is the answer to something else. */
    PageEnd told(PageEnd page) throws PassingException {
        if (!isTold(page)) {
            throw untold();
        }
        return page;
    }

    private static boolean isTold(PageEnd page) {
        return page.offset().isPresent() && page.total().isPresent();
    }

    private PassingException untold() {
        String seen = "a page came without the offset and total_rows that others have";
        String message =
                "could not read documents of \"%s\" from %s: %s: look at the server's log, and at any proxy in between"
                        .formatted(database, couch.name(), seen);
        return new PassingException(new SourceException(message), seen, null);
    }

    @Override
    public long of(String key) {
        return page(key, 0, new ArrayList<>()).offset().orElseThrow();
    }

    @Override
    public Optional<Place> from(String key) {
        List<CouchRow> rows = new ArrayList<>();
        long rank = page(key, 1, rows).offset().orElseThrow();
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new Place(rank, rows.get(0).id()));
    }

    @Override
    public Optional<String> before(@Nullable String key) {
        return patience.persist(() -> couch.lastId(database, key));
    }

    @Override
    public long between(String from, String before) {
        PageEnd first = page(from, 0, new ArrayList<>());
        long end = before.equals(RangePlan.BEYOND_ALL) ? first.total().orElseThrow() : of(before);
        return end - first.offset().orElseThrow();
    }

    private PageEnd page(String key, int limit, List<CouchRow> rows) {
        return patience.persist(() -> told(read(key, limit, rows)));
    }

    private PageEnd read(String key, int limit, List<CouchRow> rows) throws PassingException {
        rows.clear();
        return couch.page(KeyPage.ids(database, key, limit), Meter.NONE, rows::add);
    }
}
