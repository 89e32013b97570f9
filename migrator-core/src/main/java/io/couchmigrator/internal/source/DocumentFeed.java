// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.Witness;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.ranges.RangeAudit;
import io.couchmigrator.internal.ranges.RangePlan;
import io.couchmigrator.internal.retry.Patience;
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
final class DocumentFeed implements Feed<Document> {
    private final DocumentRequests requests;
    private final DocumentItems items;
    private final DocumentRanks ranks;
    private final RangePlan plan;
    private final Pace pace;
    private final Sources sources;
    private final FeedRewind rewind;
    private final Optional<SourceLook> found;
    private final Path offsets;
    /** A stage that adds has nothing to do for what is gone. */
    private final boolean heedsPurges;

    private final Map<JsonElement, ChangesSince> changes = new ConcurrentHashMap<>();

    /**
     * Creates one.
     *
     * @param wanted what is read of each document
     * @param found what was found beforehand; empty if that is of no interest
     * @param offsets the offset file, for people
     */
    DocumentFeed(DocumentStage<?> stage, Wanted wanted, Sources sources, Optional<SourceLook> found, Path offsets) {
        CouchClient couch = sources.couch;
        Patience patience = sources.patience;
        this.pace = new Pace(couch, sources.throttle, sources.stop, sources.chunkSize);
        this.requests = new DocumentRequests(
                stage, wanted, new Way(stage, wanted, sources.reading, couch, sources.reporter), couch, patience);
        this.items = new DocumentItems(stage, wanted, sources);
        this.ranks = new DocumentRanks(stage.database(), couch, patience);
        this.plan = new RangePlan("\"%s\" on %s".formatted(stage.database(), couch.name()), ranks);
        this.sources = sources;
        this.rewind = new FeedRewind(stage.name(), this::look, sources.reporter);
        this.found = found;
        this.offsets = offsets;
        this.heedsPurges = Upserts.deletes(stage.destination());
    }

    /** The sequence comes first: whatever changes from here on is caught up with. */
    @Override
    public Plan plan(Session session) {
        JsonElement now = requests.patience()
                .persist(() -> requests.changedIds(null, 1, row -> {}))
                .lastSequence();
        SourceLook look = look();
        found.ifPresent(beforehand -> requireSame(beforehand.database(), look.database()));
        long total = total(requests.couch(), requests.patience(), requests.database())
                .orElse(look.facts().documents());
        return new Plan(Optional.of(withPurges(look)), now, total);
    }

    /** What was said and claimed of the one does not hold for the other. */
    private void requireSame(StageOffset.Database beforehand, StageOffset.Database now) {
        if (!now.matches(beforehand)) {
            throw new SourceException(requests.failed(
                    "the database was deleted and created anew since it was checked: seen one created at %s, expected that of %s: run again"
                            .formatted(now.instanceStartTime(), beforehand.instanceStartTime())));
        }
    }

    private SourceLook look() {
        return SourceLook.at(requests.database(), requests.couch(), requests.patience(), sources.stop);
    }

    private StageOffset.Database withPurges(SourceLook look) {
        return heedsPurges ? look.database().purged(look.facts().purges()) : look.database();
    }

    @Override
    public Optional<StageOffset.Database> recognize(StageOffset saved) {
        SourceLook look = look();
        look.seen(saved).compare(saved).ifPresent(difference -> {
            throw difference.refusal(offsets);
        });
        return Optional.of(withPurges(look));
    }

    @Override
    public Optional<StageOffset.Database> beforehand(StageOffset saved) {
        return found.map(this::withPurges).filter(then -> purged(saved, then).equals(Purged.NOTHING));
    }

    @Override
    public Purged purged(StageOffset saved, StageOffset.Database now) {
        JsonElement done = saved.source().map(StageOffset.Database::purges).orElse(null);
        return new PurgeLook(requests.database(), requests.couch(), requests.patience()).between(done, now.purges());
    }

    @Override
    public List<RangeOffset> cut(List<RangeOffset> ranges) {
        return plan.cut(ranges);
    }

    @Override
    public OptionalLong size(RangeOffset range) {
        return plan.size(range);
    }

    @Override
    public List<RangeOffset> halved(RangeOffset range) {
        return plan.halved(range);
    }

    @Override
    public List<RangeOffset> withDesignsApart(RangeOffset range) {
        return range.rank().isEmpty() ? List.of(range) : plan.cutAt(range, "_design/", "_design0");
    }

    @Override
    public void ready(List<RangeOffset> ranges) {
        if (requests.wanted().bodies()) {
            long bytes = pace.sample(ranges, requests);
            List<RangeOffset> open =
                    ranges.stream().filter(range -> !range.done()).toList();
            requests.way().choose(bytes, rows -> requests.sampleFields(open, rows));
        }
    }

    /**
     * Returns how its documents would be read, by a sample where ids begin with one of sixteen digits, as most do; empty where there is
     * nothing to choose, or that cannot be told.
     */
    Optional<Chosen> reading() {
        if (requests.way().isOpen()) {
            ready("0123456789abcdef"
                    .chars()
                    .mapToObj(digit -> RangeOffset.of(new DocumentId(Character.toString(digit)), null))
                    .toList());
        }
        return requests.way().chosen();
    }

    /** Returns how many documents a database has, design documents too; empty if the server does not say. */
    static OptionalLong total(CouchClient couch, Patience patience, String database) {
        KeyPage nothing = KeyPage.ids(database, null, 0);
        return patience.persist(() -> couch.page(nothing, Meter.NONE, row -> {}))
                .total();
    }

    @Override
    public Pager<Document> pager(RangeOffset range, @Nullable JsonElement since, Runnable recognize, Session session) {
        RangeAudit.Changes asked = (from, before, ids) ->
                ids <= 0 || (since != null && changes(since).isChanged(from, before, ids, sources.stop));
        RangeAudit audit = new RangeAudit(requests.what(), range, ranks, asked, sources.tally);
        return new DocumentPager(requests, items, ranks, pace, sources.budget, audit, recognize);
    }

    @Override
    public void byIds(List<SourceId> ids, int most, Session session, Consumer<List<Item<Document>>> then) {
        Gathering<Document> gathering = new Gathering<>(most, sources.budget, then);
        items.byIds(ids, gathering);
        gathering.handOn();
    }

    @Override
    public CatchUp<Document> catchUp(StageOffset since, Session session) {
        DocumentCatchUp catchUp =
                new DocumentCatchUp(requests, items, pace, sources.budget, sources.chunkSize, since.sequence());
        rewind.tell(since, catchUp.pending().orElse(0));
        return catchUp;
    }

    @Override
    public List<Witness> witnesses(List<Witness> known, List<Item<Document>> batch) {
        return Witnesses.after(known, batch);
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
                position -> new ChangesSince(
                        new ChangedIds(requests.database(), requests.couch(), requests.patience()),
                        position,
                        sources.idRoom));
    }
}
