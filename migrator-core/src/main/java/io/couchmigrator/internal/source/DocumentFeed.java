// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.ranges.AuditTally;
import io.couchmigrator.internal.ranges.RangeAudit;
import io.couchmigrator.internal.ranges.RangePlan;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.run.Worksite;
import io.couchmigrator.internal.source.Feed.OnceComplete;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The documents of one CouchDB database. */
public final class DocumentFeed implements Feed<Document> {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentFeed.class);

    private static final int SAMPLES = 16;
    private static final int SAMPLE_ROWS = 4;
    private static final long MOST_SAMPLED_BYTES = 16 << 20;

    private final DocumentStage<?> stage;
    private final DocumentItems items;
    private final CouchClient couch;
    private final Patience patience;
    private final DocumentsById byId;
    private final DocumentRanks ranks;
    private final RangePlan plan;
    private final PageSize pageSize;
    private final Throttle throttle;
    private final AuditTally tally;
    private final StopSignal stop;
    private final SourceIdentity identity;
    private final FeedRewind rewind;
    private final Path offsets;
    private @Nullable ChangesSince sinceMigrated;

    /**
     * Creates one.
     *
     * @param offsets the offset file, for people
     */
    public DocumentFeed(DocumentStage<?> stage, Worksite site, Path offsets) {
        this.stage = stage;
        this.items = new DocumentItems(stage);
        this.couch = site.couch();
        this.patience = site.source();
        this.byId = new DocumentsById(couch, patience);
        this.ranks = new DocumentRanks(stage.database(), couch, patience);
        this.plan = new RangePlan("\"%s\" on %s".formatted(stage.database(), couch.name()), ranks);
        this.pageSize = new PageSize(site.chunkSize());
        this.throttle = site.throttle();
        this.tally = site.audit();
        this.stop = site.stop();
        this.identity = new SourceIdentity(stage.database(), couch, patience, stop);
        this.rewind = new FeedRewind(stage.name(), identity::facts, site.reporter());
        this.offsets = offsets;
    }

    /** The sequence comes first: whatever changes from here on is caught up with. */
    @Override
    public Plan plan(Session session) {
        String database = stage.database();
        JsonElement now = patience.persist(() -> couch.changes(database, null, 1, null, Meter.NONE, row -> {}))
                .lastSequence();
        DatabaseFacts facts = patience.persist(() -> couch.database(database));
        long total = total(couch, patience, database).orElse(facts.documents());
        return new Plan(Optional.of(SourceIdentity.database(database, facts)), now, total);
    }

    @Override
    public Optional<StageOffset.Database> recognize(StageOffset saved) {
        DatabaseFacts facts = identity.facts();
        identity.doubt(saved, facts).ifPresent(doubt -> {
            throw doubt.refusal(offsets);
        });
        return Optional.of(SourceIdentity.database(stage.database(), facts));
    }

    @Override
    public List<RangeOffset> cut(List<RangeOffset> ranges) {
        return plan.cut(ranges);
    }

    /** A few documents where each of some ranges begins are an even sample of sizes. */
    @Override
    public void ready(List<RangeOffset> ranges) {
        List<RangeOffset> open = ranges.stream().filter(range -> !range.done()).toList();
        int step = Math.max(1, (open.size() + SAMPLES - 1) / SAMPLES);
        if (throttle.most(SAMPLES * SAMPLE_ROWS) < SAMPLES * SAMPLE_ROWS) {
            return;
        }
        long bytes = 0;
        for (int i = 0; i < open.size() && bytes < MOST_SAMPLED_BYTES; i += step) {
            stop.check();
            OptionalLong sampled = sampled(open.get(i));
            bytes += sampled.orElse(MOST_SAMPLED_BYTES);
        }
    }

    /** What breaks here is met again by those who read, and can wait. */
    private OptionalLong sampled(RangeOffset range) {
        KeyPage few = new KeyPage(stage.database(), List.of(), from(range), before(range), SAMPLE_ROWS, false);
        try {
            PageEnd end = couch.page(few, Meter.NONE, row -> {});
            read(end);
            return OptionalLong.of(end.bytes());
        } catch (PassingException e) {
            LOG.debug("no sample of sizes: {}", e.seen());
            return OptionalLong.empty();
        }
    }

    /** Returns how many documents a database has, design documents too; empty if the server does not say. */
    public static OptionalLong total(CouchClient couch, Patience patience, String database) {
        KeyPage nothing = KeyPage.ids(database, null, 0);
        return patience.persist(() -> couch.page(nothing, Meter.NONE, row -> {}))
                .total();
    }

    @Override
    public Pager<Document> pager(RangeOffset range, @Nullable JsonElement since, Session session) {
        String what = "documents of \"%s\" from %s".formatted(stage.database(), couch.name());
        RangeAudit.Source source = new RangeAudit.Source() {
            @Override
            public long between(String from, String before) {
                return ranks.between(from, before);
            }

            @Override
            public boolean changed(String from, String before, long ids) {
                return ranks.changed(since, from, before, ids, stop);
            }
        };
        return new DocumentPager(this, range, new RangeAudit(what, range, source, tally));
    }

    /** Returns what to throw where a server counts documents that it does not send. */
    PassingException missing(long documents) {
        String seen = "nothing came where %s documents are counted".formatted(documents);
        String message = "could not read documents of \"%s\" from %s: %s: look at the server's log"
                .formatted(stage.database(), couch.name(), seen);
        return new PassingException(new SourceException(message), seen, null);
    }

    /** Returns what to throw where a server sends one id after another that does not come before it. */
    PassingException outOfOrder(String earlier, String later) {
        String seen = "\"%s\" came after \"%s\" on one page".formatted(later, earlier);
        String message =
                "could not read documents of \"%s\" from %s: %s: it repeats or misorders documents: look at its log and its shards, and at any proxy in between"
                        .formatted(stage.database(), couch.name(), seen);
        return new PassingException(new SourceException(message), seen, null);
    }

    /** Returns what to throw where a server answers something else than it was asked for. */
    SourceException ignoredKey(String from, String seen) {
        String asked = from.endsWith("\0")
                ? "after \"%s\"".formatted(from.substring(0, from.length() - 1))
                : "from \"%s\" on".formatted(from);
        return new SourceException(
                "could not read documents of \"%s\" from %s: asked for what comes %s, seen \"%s\": look for a cache or proxy in between"
                        .formatted(stage.database(), couch.name(), asked, seen));
    }

    @Override
    public void byIds(List<SourceId> ids, Session session, Consumer<Item<Document>> consumer) {
        List<String> texts = ids.stream().map(SourceId::text).toList();
        byId.read(stage.database(), texts, stage.fields()).values().forEach(row -> consumer.accept(items.of(row)));
    }

    @Override
    public CatchUp<Document> catchUp(StageOffset since, Session session) {
        DocumentCatchUp catchUp = new DocumentCatchUp(this, since.sequence());
        rewind.tell(since, catchUp.pending().orElse(0));
        return catchUp;
    }

    @Override
    public OnceComplete onceComplete() {
        return OnceComplete.CATCH_UP;
    }

    @Override
    public Set<SourceId> notYetMigrated(StageOffset migrated, Set<SourceId> ids, StopSignal stop) {
        Set<SourceId> notYet = new HashSet<>();
        ids.stream()
                .filter(id -> !RangePlan.isRead(migrated.ranges(), id.text()))
                .forEach(notYet::add);
        Set<String> read = new HashSet<>();
        ids.stream().filter(id -> !notYet.contains(id)).map(SourceId::text).forEach(read::add);
        changes(migrated).of(read, stop).forEach(id -> notYet.add(new DocumentId(id)));
        return notYet;
    }

    private synchronized ChangesSince changes(StageOffset migrated) {
        ChangesSince known = sinceMigrated;
        if (known == null) {
            known = new ChangesSince(new ChangedIds(stage.database(), couch, patience), migrated.sequence());
            sinceMigrated = known;
        }
        return known;
    }

    /** Returns how many documents to ask for at once. */
    int pageRows() {
        return throttle.most(Math.min(pageSize.rows(), couch.mostRows()));
    }

    /** Returns whether the server is to send a page of so many documents in few pieces. */
    boolean isBuffered(int rows) {
        return pageSize.isBuffered(rows);
    }

    /** Takes note of a page that was read. */
    void read(PageEnd page) {
        pageSize.seen(page.rows(), page.bytes());
        throttle.read(page.rows());
    }

    public DocumentRanks ranks() {
        return ranks;
    }

    Throttle throttle() {
        return throttle;
    }

    DocumentStage<?> stage() {
        return stage;
    }

    CouchClient couch() {
        return couch;
    }

    Patience patience() {
        return patience;
    }

    /** Returns what a row means for the stage. A body that is not there is asked for once more, by id. */
    Item<Document> item(CouchRow row) {
        boolean again = row.state() == State.UNREADABLE || row.state() == State.NOT_ASKED;
        return again ? byId(row.id()) : items.of(row);
    }

    Item<Document> byId(String id) {
        CouchRow row = byId.read(stage.database(), List.of(id), stage.fields()).get(id);
        return row == null ? new Item.Gone<>(new DocumentId(id)) : items.of(row);
    }

    /** Returns the key at which a range goes on; null for the beginning. */
    public static @Nullable String from(RangeOffset range) {
        String next = DocumentRanks.next(range);
        return next.isEmpty() ? null : next;
    }

    /** Returns the key before which a range ends; null for the end of all. */
    public static @Nullable String before(RangeOffset range) {
        SourceId before = range.before();
        return before == null ? null : before.text();
    }
}
