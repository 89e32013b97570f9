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

    /** From how many changes on it is worth to ask for fields alone. */
    private static final int WORTHWHILE = 100;

    private boolean proven;
    private boolean relied;
    /** How large a document of the last page was that was read whole; 0 if there was none. */
    private long pageBytes;

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
        choose(pageBytes);
        boolean more = requests.patience().persist(() -> {
            int limit = narrowing.isAlone()
                    ? 1
                    : narrowing.limit(Math.min(chunkSize, isByFields() ? pace.rowsOfFields() : pace.rows()));
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

    /** A catch-up of a few changes is not worth a question more. What asks for fields of changes is compared with whole documents first, too. */
    private void choose(long bytes) {
        Way way = requests.way();
        if (!proven && pending.orElse(0) >= WORTHWHILE && (way.isOpen() || way.isByFields())) {
            Way.Sample sample = rows -> requests.sampleChanges(position, rows);
            boolean chosenBefore = way.isByFields();
            way.choose(bytes, sample);
            proven = !way.isOpen();
            relied = way.isByFields() && (!chosenBefore || way.proves(sample));
        }
    }

    private boolean isByFields() {
        return relied && requests.way().isByFields();
    }

    private PageEnd whole(int limit, Intake<Document> intake) throws PassingException {
        return intake.fill(limit, most -> rows(most, intake));
    }

    /** Where fields alone do not come, the same page is read whole at once: if that fails as well, it is the server that does. */
    private PageEnd rows(int limit, Intake<Document> intake) throws PassingException {
        if (isByFields()) {
            Optional<PageEnd> fields =
                    requests.changedFields(position, limit, intake, row -> intake.take(items.of(row)));
            // That there is nothing, the feed itself is to say.
            if (fields.filter(page -> page.rows() > 0).isPresent()) {
                requests.way().page(true);
                pace.readFields(fields.get());
                return fields.get();
            }
            intake.restart();
            PageEnd end = wholeDocuments(Math.min(limit, pace.rows()), intake);
            requests.way().page(end.rows() == 0);
            return end;
        }
        return wholeDocuments(limit, intake);
    }

    private PageEnd wholeDocuments(int limit, Intake<Document> intake) throws PassingException {
        PageEnd end = requests.changes(position, limit, intake, row -> intake.take(items.of(row)));
        pace.read(end);
        pageBytes = end.rows() == 0 ? 0 : end.bytes() / end.rows();
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
