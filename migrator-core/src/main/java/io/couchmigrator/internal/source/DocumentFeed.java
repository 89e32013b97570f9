// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.identity.Seen;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.ranges.AuditTally;
import io.couchmigrator.internal.ranges.RangeAudit;
import io.couchmigrator.internal.ranges.RangePlan;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The documents of one CouchDB database. */
public final class DocumentFeed implements Feed<Document> {
    private final DocumentRequests requests;
    private final DocumentItems items;
    private final DocumentRanks ranks;
    private final RangePlan plan;
    private final Pace pace;
    private final AuditTally tally;
    private final StopSignal stop;
    private final FeedRewind rewind;
    private final Path offsets;
    private final Map<JsonElement, ChangesSince> changes = new ConcurrentHashMap<>();

    /**
     * What the stages of a run share of a source.
     *
     * @param couch the server
     * @param patience how long to bear with it
     * @param budget the bytes that may be held
     * @param throttle how fast documents may be read
     * @param tally counts what was audited
     * @param stop the request to stop
     * @param reporter who is told
     * @param chunkSize the most items in a batch
     */
    public record Source(
            CouchClient couch,
            Patience patience,
            ByteBudget budget,
            Throttle throttle,
            AuditTally tally,
            StopSignal stop,
            Reporter reporter,
            int chunkSize) {}

    /**
     * Creates one.
     *
     * @param offsets the offset file, for people
     */
    public DocumentFeed(DocumentStage<?> stage, Source source, Path offsets) {
        CouchClient couch = source.couch();
        Patience patience = source.patience();
        this.requests = new DocumentRequests(stage, couch, patience);
        this.items = new DocumentItems(
                stage, new DocumentsById(couch, patience, source.budget().share()));
        this.ranks = new DocumentRanks(stage.database(), couch, patience);
        this.plan = new RangePlan("\"%s\" on %s".formatted(stage.database(), couch.name()), ranks);
        this.pace = new Pace(couch, source.throttle(), source.stop(), source.chunkSize());
        this.tally = source.tally();
        this.stop = source.stop();
        this.rewind = new FeedRewind(stage.name(), this::look, source.reporter());
        this.offsets = offsets;
    }

    /** The sequence comes first: whatever changes from here on is caught up with. */
    @Override
    public Plan plan(Session session) {
        JsonElement now = requests.patience()
                .persist(() -> requests.changedIds(null, 1, row -> {}))
                .lastSequence();
        SourceLook look = look();
        long total = total(requests.couch(), requests.patience(), requests.database())
                .orElse(look.facts().documents());
        return new Plan(Optional.of(look.database()), now, total);
    }

    private SourceLook look() {
        return SourceLook.at(requests.database(), requests.couch(), requests.patience(), stop);
    }

    @Override
    public Optional<StageOffset.Database> recognize(StageOffset saved) {
        Seen.Source seen = look().seen(saved);
        Identity.compare(saved, seen).ifPresent(difference -> {
            throw difference.refusal(offsets);
        });
        return Optional.of(seen.database());
    }

    @Override
    public List<RangeOffset> cut(List<RangeOffset> ranges) {
        return plan.cut(ranges);
    }

    @Override
    public void ready(List<RangeOffset> ranges) {
        pace.sample(ranges, requests);
    }

    /** Returns how many documents a database has, design documents too; empty if the server does not say. */
    static OptionalLong total(CouchClient couch, Patience patience, String database) {
        KeyPage nothing = KeyPage.ids(database, null, 0);
        return patience.persist(() -> couch.page(nothing, Meter.NONE, row -> {}))
                .total();
    }

    @Override
    public Pager<Document> pager(RangeOffset range, @Nullable JsonElement since, Runnable recognize, Session session) {
        RangeAudit.Source asked = new RangeAudit.Source() {
            @Override
            public long between(String from, String before) {
                return ranks.between(from, before);
            }

            @Override
            public boolean changed(String from, String before, long ids) {
                return ids <= 0 || (since != null && changes(since).isChanged(from, before, ids, stop));
            }
        };
        RangeAudit audit = new RangeAudit(requests.what(), range, asked, tally);
        return new DocumentPager(requests, items, ranks, pace, audit, recognize);
    }

    @Override
    public void byIds(List<SourceId> ids, Session session, Consumer<Item<Document>> consumer) {
        items.byIds(ids, consumer);
    }

    @Override
    public CatchUp<Document> catchUp(StageOffset since, Session session) {
        DocumentCatchUp catchUp = new DocumentCatchUp(requests, items, pace, since.sequence());
        rewind.tell(since, catchUp.pending().orElse(0));
        return catchUp;
    }

    @Override
    public boolean tellsChanges() {
        return true;
    }

    @Override
    public Set<SourceId> notYetMigrated(StageOffset migrated, Set<SourceId> ids, StopSignal stop) {
        Set<SourceId> notYet = new HashSet<>();
        ids.stream()
                .filter(id -> !RangePlan.isRead(migrated.ranges(), id.text()))
                .forEach(notYet::add);
        Set<String> read = new HashSet<>();
        ids.stream().filter(id -> !notYet.contains(id)).map(SourceId::text).forEach(read::add);
        JsonElement since = migrated.sequence();
        Set<String> changed = since == null ? read : changes(since).of(read, stop);
        changed.forEach(id -> notYet.add(new DocumentId(id)));
        return notYet;
    }

    private ChangesSince changes(JsonElement since) {
        return changes.computeIfAbsent(
                since,
                position -> ChangesSince.of(
                        new ChangedIds(requests.database(), requests.couch(), requests.patience()), position));
    }
}
