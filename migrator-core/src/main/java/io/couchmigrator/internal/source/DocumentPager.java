// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.Document;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.ranges.Ascent;
import io.couchmigrator.internal.ranges.RangeAudit;
import io.couchmigrator.internal.retry.PassingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a range of {@code _all_docs}. */
final class DocumentPager implements Pager<Document> {
    private final DocumentFeed feed;
    private final RangeOffset range;
    private final RangeAudit audit;
    private final Narrowing narrowing = new Narrowing();

    /** After a failure the server is not to hold a page: it may be that page's size which takes it too long. */
    private boolean failed;

    DocumentPager(DocumentFeed feed, RangeOffset range, RangeAudit audit) {
        this.feed = feed;
        this.range = range;
        this.audit = audit;
    }

    @Override
    public boolean page(Place place, int most, Intake<Document> intake) {
        feed.throttle().pay();
        return feed.patience().persist(() -> {
            intake.restart();
            place.recognize();
            RangeOffset at = place.now();
            int limit = narrowing.limit(Math.min(most, feed.pageRows()));
            try {
                boolean more = narrowing.isAlone() ? alone(at, intake) : whole(place, at, limit, intake);
                narrowing.passed();
                failed = false;
                return more;
            } catch (PassingException e) {
                intake.restart();
                failed = true;
                if (!Objects.equals(at.after(), place.now().after())) {
                    // Batches of this page are committed: what comes now is another place, not another try.
                    feed.patience().rest();
                    return true;
                }
                throw e instanceof BrokenAnswerException broken ? narrowing.broke(at.after(), limit, broken) : e;
            }
        });
    }

    private boolean whole(Place place, RangeOffset at, int limit, Intake<Document> intake) throws PassingException {
        PageEnd end = ascending(place, at, limit, intake);
        if (at.rank().isEmpty()) {
            feed.read(end);
            // A range ends where the server has no more, which only an empty page says.
            return end.rows() > 0;
        }
        feed.ranks().told(end);
        feed.read(end);
        // What an empty page tells may be the rank of its end: there is no first row to count from.
        long rank = end.rows() == 0
                ? feed.ranks().of(DocumentRanks.next(at))
                : end.offset().orElseThrow();
        boolean goesOn = audit.page(place, at, rank);
        if (!goesOn) {
            intake.restart();
            feed.patience().rest();
        }
        RangeOffset counted = at.ranked(rank);
        return !goesOn || end.rows() >= limit || !isEnd(place, counted, end);
    }

    private PageEnd ascending(Place place, RangeOffset at, int limit, Intake<Document> intake) throws PassingException {
        Ascent ascent = new Ascent(at);
        try {
            return feed.couch().page(page(at, feed.stage().fields(), limit), intake, row -> {
                hold(ascent, row.id());
                intake.take(feed.item(row));
            });
        } catch (DescentException e) {
            // Of what is committed of this page nobody knows what it passed over.
            place.rewind(at);
            throw feed.outOfOrder(e.earlier, e.later);
        }
    }

    /** A range has ended if as many ids come before its end as were counted up to there. */
    private boolean isEnd(Place place, RangeOffset at, PageEnd page) {
        long rank = range.before() == null
                ? page.total().orElseThrow()
                : feed.ranks().of(DocumentRanks.end(range));
        // Where ids are counted behind the rows of this page, the next one begins there.
        return audit.isEnd(at, page.rows(), DocumentRanks.end(range), rank)
                || (page.rows() == 0 && audit.isEmptyEnd(place, at, DocumentRanks.end(range)));
    }

    /** Asks for the id alone, then for the document by that id: it is stored, or it is the culprit and rejected. */
    private boolean alone(RangeOffset at, Intake<Document> intake) throws PassingException {
        List<CouchRow> next = new ArrayList<>();
        feed.couch().page(page(at, null, 1), Meter.NONE, next::add);
        if (next.isEmpty()) {
            long left =
                    at.rank().isPresent() ? feed.ranks().between(DocumentRanks.next(at), DocumentRanks.end(range)) : 0;
            if (left > 0) {
                throw feed.missing(left);
            }
            return false;
        }
        hold(new Ascent(at), next.get(0).id());
        intake.take(feed.byId(next.get(0).id()));
        return true;
    }

    private KeyPage page(RangeOffset at, @Nullable List<String> fields, int limit) {
        boolean buffered = fields != null && !failed && feed.isBuffered(limit);
        return new KeyPage(
                feed.stage().database(), fields, DocumentFeed.from(at), DocumentFeed.before(at), limit, buffered);
    }

    /** A server or cache that ignores the key would keep the run in a circle: no other attempt helps. */
    private void hold(Ascent ascent, String id) {
        String last = ascent.last();
        if (!ascent.goesOnTo(id)) {
            throw ascent.isBegun() ? new DescentException(last, id) : feed.ignoredKey(last, id);
        }
    }

    /** Carries two ids in the wrong order past those who read a page. */
    private static final class DescentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String earlier;
        private final String later;

        DescentException(String earlier, String later) {
            super("\"%s\" after \"%s\"".formatted(later, earlier));
            this.earlier = earlier;
            this.later = later;
        }
    }
}
