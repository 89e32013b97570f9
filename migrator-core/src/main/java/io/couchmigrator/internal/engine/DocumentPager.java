// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Document;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.retry.PassingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a range of {@code _all_docs}. */
final class DocumentPager implements Pager<Document> {
    private final DocumentFeed feed;
    private final RangeOffset range;
    private final Narrowing narrowing;

    DocumentPager(DocumentFeed feed, RangeOffset range) {
        this.feed = feed;
        this.range = range;
        this.narrowing = new Narrowing(feed.pageSize());
    }

    @Override
    public boolean page(Position position, int limit, Intake<Document> intake) {
        return feed.patience().persist(() -> {
            intake.restart();
            SourceId after = position.after();
            try {
                boolean more = narrowing.isAlone()
                        ? alone(after, intake)
                        : whole(after, Math.min(limit, narrowing.limit()), intake);
                narrowing.passed();
                return more;
            } catch (PassingException e) {
                intake.restart();
                if (!Objects.equals(after, position.after())) {
                    // Batches of this page are committed: what comes now is another place, not another try.
                    feed.patience().rest();
                    return true;
                }
                throw e instanceof BrokenAnswerException broken ? narrowing.broke(after, broken) : e;
            }
        });
    }

    /** A range ends where the server has no more, which only an empty page says. */
    private boolean whole(@Nullable SourceId after, int limit, Intake<Document> intake) throws PassingException {
        long rows = feed.couch()
                .page(page(after, feed.stage().fields(), limit), intake, row -> {
                    refuseRepeated(after, row);
                    intake.take(feed.item(row));
                })
                .rows();
        return rows > 0;
    }

    /** Asks for the id alone, then for the document by that id: it is stored, or it is the culprit and rejected. */
    private boolean alone(@Nullable SourceId after, Intake<Document> intake) throws PassingException {
        List<CouchRow> next = new ArrayList<>();
        feed.couch().page(page(after, null, 1), Meter.NONE, next::add);
        if (next.isEmpty()) {
            return false;
        }
        refuseRepeated(after, next.get(0));
        intake.take(feed.byId(next.get(0).id()));
        return true;
    }

    private KeyPage page(@Nullable SourceId after, @Nullable List<String> fields, int limit) {
        String from = after != null ? KeyPage.after(after.text()) : text(range.from());
        return new KeyPage(feed.stage().database(), fields, from, text(range.before()), limit);
    }

    /** A server or cache that ignores the key would keep the run in a circle. */
    private void refuseRepeated(@Nullable SourceId after, CouchRow row) {
        if (after != null && row.id().equals(after.text())) {
            throw new SourceException(
                    "could not read documents of \"%s\" from %s: asked for what comes after \"%s\", seen that document again: look for a cache or proxy in between"
                            .formatted(feed.stage().database(), feed.couch().name(), row.id()));
        }
    }

    private static @Nullable String text(@Nullable SourceId id) {
        return id == null ? null : id.text();
    }
}
