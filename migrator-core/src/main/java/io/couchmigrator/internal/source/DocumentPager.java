// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.Document;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.ranges.RangeAudit;
import io.couchmigrator.internal.ranges.RangeAudit.Ruling;
import io.couchmigrator.internal.retry.PassingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a range of {@code _all_docs}. */
final class DocumentPager implements Feed.Pager<Document> {
    private final DocumentRequests requests;
    private final DocumentItems items;
    private final DocumentRanks ranks;
    private final Pace pace;
    private final ByteBudget budget;
    private final RangeAudit audit;
    private final Runnable recognize;
    private final Narrowing narrowing = new Narrowing();

    /** After a failure the server is not to hold a page: it may be that page's size which takes it too long. */
    private boolean failed;

    /** @param recognize makes sure, after an outage, that what is there now is what the range belongs to */
    DocumentPager(
            DocumentRequests requests,
            DocumentItems items,
            DocumentRanks ranks,
            Pace pace,
            ByteBudget budget,
            RangeAudit audit,
            Runnable recognize) {
        this.requests = requests;
        this.items = items;
        this.ranks = ranks;
        this.pace = pace;
        this.budget = budget;
        this.audit = audit;
        this.recognize = recognize;
    }

    @Override
    public Feed.Page<Document> page(RangeOffset at, int most) {
        return Intake.page(budget, intake -> page(at, most, intake));
    }

    private Feed.Page<Document> page(RangeOffset at, int most, Intake<Document> intake) {
        pace.pay();
        Feed.Page<Document> read = requests.patience().persist(() -> {
            recognize.run();
            int limit = narrowing.limit(Math.min(most, byFields() ? pace.rowsOfFields() : pace.rows()));
            try {
                Feed.Page<Document> page = narrowing.isAlone() ? alone(at, intake) : whole(at, limit, intake);
                narrowing.passed();
                failed = false;
                return page;
            } catch (PassingException e) {
                failed = true;
                throw e instanceof BrokenAnswerException broken ? narrowing.broke(at.after(), limit, broken) : e;
            }
        });
        items.askAgain(intake);
        return read;
    }

    private Feed.Page<Document> whole(RangeOffset at, int limit, Intake<Document> intake) throws PassingException {
        PageEnd end = intake.fill(limit, most -> ascending(at, most, intake));
        if (at.rank().isEmpty()) {
            // A range ends where the server has no more, which only an empty page says.
            return new Feed.Page<>(intake, Optional.of(at), end.rows() > 0, Optional.empty());
        }
        ranks.told(end);
        if (end.rows() == 0) {
            return ruled(audit.empty(at), false, intake);
        }
        Ruling ruling = audit.page(at, end.offset().orElseThrow());
        // That it is shorter than was asked for says nothing: the next one may have more.
        boolean last = audit.isLast(ruling.at(), end.rows(), end.total().orElseThrow());
        return ruled(ruling, !last, intake);
    }

    private Feed.Page<Document> ruled(Ruling ruling, boolean more, Intake<Document> intake) {
        if (ruling.again()) {
            intake.restart();
            requests.patience().rest();
        }
        return new Feed.Page<>(
                intake, Optional.of(ruling.at()), more || ruling.again(), Optional.ofNullable(ruling.failure()));
    }

    private boolean byFields() {
        return requests.way().isByFields();
    }

    /** Where fields alone do not come, the same page is read whole at once: if that fails as well, it is the server that does. */
    private PageEnd ascending(RangeOffset at, int limit, Intake<Document> intake) throws PassingException {
        try {
            if (byFields()) {
                audit.begin(at);
                Optional<PageEnd> fields =
                        requests.fields(at, limit, limit > 1 && !failed, intake, row -> take(row, intake));
                if (fields.isPresent()) {
                    pace.readFields(fields.get());
                    return fields.get();
                }
                intake.restart();
                PageEnd end = wholeDocuments(at, Math.min(limit, pace.rows()), intake);
                requests.way().page(false);
                return end;
            }
            return wholeDocuments(at, limit, intake);
        } catch (DescentException e) {
            throw requests.outOfOrder(e.earlier, e.later);
        }
    }

    private PageEnd wholeDocuments(RangeOffset at, int limit, Intake<Document> intake) throws PassingException {
        audit.begin(at);
        PageEnd end = requests.page(at, limit, !failed && pace.isBuffered(limit), intake, row -> take(row, intake));
        pace.read(end);
        return end;
    }

    private void take(CouchRow row, Intake<Document> intake) {
        hold(row.id());
        intake.take(items.onPage(row));
    }

    /** Asks for the id alone, then for the document by that id: it is stored, or it is the culprit and rejected. */
    private Feed.Page<Document> alone(RangeOffset at, Intake<Document> intake) throws PassingException {
        intake.restart();
        List<CouchRow> next = new ArrayList<>();
        requests.ids(at, 1, next::add);
        if (next.isEmpty()) {
            long left = audit.left(at);
            if (left > 0) {
                throw requests.missing(left);
            }
            return new Feed.Page<>(intake, Optional.of(at), false, Optional.empty());
        }
        audit.begin(at);
        hold(next.get(0).id());
        intake.take(items.byId(new DocumentId(next.get(0).id())));
        return new Feed.Page<>(intake, Optional.of(at), true, Optional.empty());
    }

    /** A server or cache that ignores the key would keep the run in a circle: no other attempt helps. */
    private void hold(String id) {
        audit.descent(id).ifPresent(from -> {
            throw from.begun() ? new DescentException(from.last(), id) : requests.ignoredKey(from.last(), id);
        });
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
