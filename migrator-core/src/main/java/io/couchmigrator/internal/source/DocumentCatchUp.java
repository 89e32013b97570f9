// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.retry.PassingException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads {@code _changes} since a sequence, as far as {@link FeedBound} says. */
final class DocumentCatchUp implements CatchUp<Document> {
    private final DocumentFeed feed;
    private final Narrowing narrowing = new Narrowing();
    private final boolean isPending;
    private final OptionalLong pending;
    private final FeedBound bound;

    private @Nullable JsonElement position;
    private long changes;

    DocumentCatchUp(DocumentFeed feed, @Nullable JsonElement since) {
        this.feed = feed;
        this.position = since;
        PageEnd first = feed.patience().persist(() -> changes(1, null, Meter.NONE, new ArrayList<>()));
        this.isPending = first.rows() > 0;
        this.pending = FeedBound.pending(first);
        this.bound = FeedBound.of(first, feed.stage().database(), feed.couch(), feed.patience());
    }

    @Override
    public boolean isPending() {
        return isPending;
    }

    @Override
    public OptionalLong pending() {
        return pending;
    }

    @Override
    public long changes() {
        return changes;
    }

    @Override
    public @Nullable JsonElement position() {
        return position;
    }

    @Override
    public boolean page(Intake<Document> intake) {
        feed.throttle().pay();
        return feed.patience().persist(() -> {
            intake.restart();
            int limit = narrowing.isAlone() ? 1 : narrowing.limit(feed.pageRows());
            try {
                PageEnd end = narrowing.isAlone() ? alone(intake) : whole(limit, intake);
                narrowing.passed();
                position = end.lastSequence() == null ? position : end.lastSequence();
                changes += end.rows();
                return end.mayGoOn(limit) && bound.allows(changes, end.pending().orElse(0));
            } catch (BrokenAnswerException e) {
                throw narrowing.broke(position, limit, e);
            }
        });
    }

    private PageEnd whole(int limit, Intake<Document> intake) throws PassingException {
        PageEnd end = feed.couch()
                .changes(feed.stage().database(), position, limit, feed.stage().fields(), intake, row -> {
                    intake.take(feed.item(row));
                });
        feed.read(end);
        return end;
    }

    private PageEnd alone(Intake<Document> intake) throws PassingException {
        List<CouchRow> rows = new ArrayList<>();
        PageEnd end = changes(1, null, Meter.NONE, rows);
        for (CouchRow row : rows) {
            intake.take(
                    row.state() == CouchRow.State.DELETED
                            ? new Item.Gone<>(new DocumentId(row.id()), row.rev())
                            : feed.byId(row.id()));
        }
        return end;
    }

    private PageEnd changes(int limit, @Nullable List<String> fields, Meter meter, List<CouchRow> rows)
            throws PassingException {
        return feed.couch().changes(feed.stage().database(), position, limit, fields, meter, rows::add);
    }
}
