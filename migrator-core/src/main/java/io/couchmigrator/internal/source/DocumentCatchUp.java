// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.retry.PassingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads {@code _changes} since a sequence, as far as {@link FeedBound} says. */
final class DocumentCatchUp implements Feed.CatchUp<Document> {
    private final DocumentRequests requests;
    private final DocumentItems items;
    private final Pace pace;
    private final ByteBudget budget;
    private final int chunkSize;
    private final Narrowing narrowing = new Narrowing();
    private final boolean isPending;
    private final boolean isUnchanged;
    private final OptionalLong pending;
    private final FeedBound bound;

    private @Nullable JsonElement position;
    private long changes;

    /**
     * Creates one.
     *
     * @param chunkSize the most documents on a page: what was read of it when the run is stopped is one batch then, and is not read
     *     again, since the feed tells of a position only where a page ends
     */
    DocumentCatchUp(
            DocumentRequests requests,
            DocumentItems items,
            Pace pace,
            ByteBudget budget,
            int chunkSize,
            @Nullable JsonElement since) {
        this.requests = requests;
        this.items = items;
        this.pace = pace;
        this.budget = budget;
        this.chunkSize = chunkSize;
        this.position = since;
        PageEnd first = requests.patience().persist(() -> requests.changedIds(since, 1, row -> {}));
        this.isPending = first.rows() > 0;
        this.isUnchanged = !isPending && Identity.isReached(since, first.lastSequence());
        this.pending = FeedBound.pending(first);
        this.bound = FeedBound.of(first, requests.database(), requests.couch(), requests.patience());
    }

    @Override
    public boolean isPending() {
        return isPending;
    }

    @Override
    public boolean isUnchanged() {
        return isUnchanged;
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
    public Feed.Page<Document> page() {
        return Intake.page(budget, this::page);
    }

    private Feed.Page<Document> page(Intake<Document> intake) {
        pace.pay();
        requests.way().choose();
        boolean more = requests.patience().persist(() -> {
            int limit = narrowing.isAlone() ? 1 : narrowing.limit(Math.min(chunkSize, pace.rows()));
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
        items.askAgain(intake);
        return new Feed.Page<>(intake, Optional.empty(), more, Optional.empty());
    }

    private PageEnd whole(int limit, Intake<Document> intake) throws PassingException {
        PageEnd end =
                intake.fill(limit, most -> requests.changes(position, most, intake, row -> intake.take(items.of(row))));
        pace.read(end);
        return end;
    }

    private PageEnd alone(Intake<Document> intake) throws PassingException {
        intake.restart();
        List<CouchRow> rows = new ArrayList<>();
        PageEnd end = requests.changedIds(position, 1, rows::add);
        for (CouchRow row : rows) {
            intake.take(
                    row.state() == CouchRow.State.DELETED
                            ? new Item.Gone<>(new DocumentId(row.id()), row.rev())
                            : items.byId(new DocumentId(row.id())));
        }
        return end;
    }
}
