// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.SourceRow;
import io.couchmigrator.TableStage;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.Witness;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table of the target's database, by primary key.
 *
 * <p>Keys are drawn before their rows are committed, so a row may appear behind the last key that was read. That is
 * why catching up reads the last keys once more and takes those that this run has not seen.
 */
final class TableFeed implements Feed<SourceRow> {
    private static final int READ_ONCE_MORE = 10_000;

    private final TableStage<?> stage;
    private final OptionalLong counted;
    private final Patience patience;
    private final ByteBudget budget;
    private final SourceTable source;
    private final Optional<Session> elsewhere;
    private final RowPage size;
    private final TreeSet<Long> lastSeen = new TreeSet<>();

    /**
     * Creates one.
     *
     * @param counted how many rows there are, if somebody counted them already
     * @param elsewhere the connection to the table's database, if that is not the main one; one is enough, since a table is
     *     one range, and a stage reads by id only between its batches
     */
    TableFeed(
            TableStage<?> stage,
            OptionalLong counted,
            Optional<Session> elsewhere,
            Patience patience,
            ByteBudget budget) {
        this.stage = stage;
        this.counted = counted;
        this.elsewhere = elsewhere;
        this.patience = patience;
        this.budget = budget;
        this.source = new SourceTable(stage, patience);
        this.size = new RowPage(budget.share());
    }

    private Session on(Session main) {
        return elsewhere.orElse(main);
    }

    @Override
    public Plan plan(Session session) {
        long total = counted.isPresent()
                ? counted.getAsLong()
                : patience.persist(() -> on(session).attempt(source.reading(), c -> Statements.count(c, stage)));
        return new Plan(Optional.empty(), null, total);
    }

    /** The target's identity is this source's, too. */
    @Override
    public Optional<StageOffset.Database> recognize(StageOffset offset) {
        return Optional.empty();
    }

    @Override
    public List<RangeOffset> cut(List<RangeOffset> ranges) {
        return ranges;
    }

    @Override
    public void ready(List<RangeOffset> ranges) {}

    @Override
    public Pager<SourceRow> pager(RangeOffset range, @Nullable JsonElement since, Runnable recognize, Session session) {
        return (at, most) -> Intake.page(budget, intake -> {
            SourceId after = at.after();
            SourceTable.Page page =
                    source.page(on(session), after == null ? null : ((RowId) after).key(), Math.min(most, size.rows()));
            size.seen(page.items());
            page.items().forEach(row -> {
                intake.take(row);
                seen(key(row));
            });
            return new Page<>(intake, Optional.of(at), page.mayGoOn(), Optional.empty());
        });
    }

    @Override
    public void byIds(List<SourceId> ids, int most, Session session, Consumer<List<Item<SourceRow>>> then) {
        Gathering<SourceRow> gathering = new Gathering<>(most, budget, then);
        List<Long> keys = ids.stream().map(id -> ((RowId) id).key()).toList();
        Set<Long> gone = new HashSet<>(keys);
        int asked = 0;
        while (asked < keys.size()) {
            List<Long> some = keys.subList(asked, Math.min(keys.size(), asked + size.rows()));
            List<Item<SourceRow>> rows = source.byKeys(on(session), some);
            size.seen(rows);
            for (Item<SourceRow> row : rows) {
                gone.remove(key(row));
                gathering.accept(row);
            }
            asked += some.size();
        }
        gone.forEach(key -> gathering.accept(new Item.Gone<>(new RowId(key))));
        gathering.handOn();
    }

    @Override
    public Purged purged(StageOffset saved, StageOffset.Database now) {
        return Purged.NOTHING;
    }

    @Override
    public CatchUp<SourceRow> catchUp(StageOffset since, Session session) {
        return new LastKeys(on(session), since.ranges().get(since.ranges().size() - 1));
    }

    /** The target's identity is this source's, too. */
    @Override
    public List<Witness> witnesses(List<Witness> known, List<Item<SourceRow>> batch) {
        return known;
    }

    @Override
    public boolean tellsChanges() {
        return false;
    }

    /** Keys grow, and a table tells of no changes. */
    @Override
    public Set<SourceId> notYetMigrated(StageOffset migrated, Set<SourceId> ids, StopSignal stop) {
        SourceId last = migrated.ranges().get(migrated.ranges().size() - 1).after();
        Set<SourceId> notYet = new HashSet<>(ids);
        if (last != null) {
            notYet.removeIf(id -> ((RowId) id).key() <= ((RowId) last).key());
        }
        return notYet;
    }

    static Item<SourceRow> found(SourceRow row) {
        return new Item.Found<>(new RowId(row.id()), "", row, RowPage.bytes(row));
    }

    private static long key(Item<SourceRow> row) {
        return ((RowId) row.id()).key();
    }

    private synchronized void seen(long key) {
        lastSeen.add(key);
        if (lastSeen.size() > READ_ONCE_MORE) {
            lastSeen.pollFirst();
        }
    }

    private synchronized boolean wasSeen(long key) {
        return lastSeen.contains(key);
    }

    /** The last keys, read once more. */
    private final class LastKeys implements CatchUp<SourceRow> {
        private final Session session;
        private @Nullable Long after;
        private long changes;

        /** Begins no later than where reading ended: it may have ended in an earlier run. */
        LastKeys(Session session, RangeOffset last) {
            this.session = session;
            OptionalLong start = patience.persist(
                    () -> session.attempt(source.reading(), c -> Statements.tailStart(c, stage, READ_ONCE_MORE)));
            this.after = start.isPresent() && last.after() instanceof RowId read
                    ? Long.valueOf(Math.min(start.getAsLong(), read.key()))
                    : null;
        }

        /** Nobody knows before looking. */
        @Override
        public boolean isPending() {
            return true;
        }

        @Override
        public boolean isUnchanged() {
            return false;
        }

        @Override
        public OptionalLong pending() {
            return OptionalLong.empty();
        }

        @Override
        public Page<SourceRow> page() {
            return Intake.page(budget, this::page);
        }

        private Page<SourceRow> page(Intake<SourceRow> intake) {
            SourceTable.Page page = source.page(session, after, size.rows());
            size.seen(page.items());
            for (Item<SourceRow> row : page.items()) {
                after = key(row);
                if (!wasSeen(key(row))) {
                    changes++;
                    intake.take(row);
                    seen(key(row));
                }
            }
            return new Page<>(intake, Optional.empty(), page.mayGoOn(), Optional.empty());
        }

        @Override
        public long changes() {
            return changes;
        }

        @Override
        public @Nullable JsonElement position() {
            return null;
        }
    }
}
