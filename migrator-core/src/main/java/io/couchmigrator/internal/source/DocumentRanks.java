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

    /** More ids than come behind the last one from one question to the next. */
    private static final int MOST_NEW = 100;

    /**
     * Returns whether the server tells ranks: none before the first id, and as many as there are behind the last. Other
     * servers tell 0, what was skipped, or nothing.
     */
    @Override
    public boolean areTold() {
        return patience.persist(this::areToldAtBothEnds);
    }

    private boolean areToldAtBothEnds() throws PassingException {
        PageEnd first = read("", 0, new ArrayList<>());
        String end = lastId().map(RangePlan::behind).orElse("");
        PageEnd last;
        try {
            last = read(end, MOST_NEW, new ArrayList<>());
        } catch (SourceException e) {
            LOG.info("no rank behind the last id: {}", e.getMessage());
            return false;
        }
        if (isTold(first) != isTold(last)) {
            throw untold();
        }
        return isTold(first)
                && first.offset().orElseThrow() == 0
                && last.offset().orElseThrow() + last.rows() == last.total().orElseThrow();
    }

    /** Asks once more where there is none: a stray answer may have no row. */
    private Optional<String> lastId() throws PassingException {
        Optional<String> last = couch.lastId(database, null);
        return last.isPresent() ? last : couch.lastId(database, null);
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
    public long of(@Nullable String key) {
        PageEnd page = page(key == null ? "" : key, 0, new ArrayList<>());
        return (key == null ? page.total() : page.offset()).orElseThrow();
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
    public long between(String from, @Nullable String before) {
        PageEnd first = page(from, 0, new ArrayList<>());
        long end = before == null ? first.total().orElseThrow() : of(before);
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
