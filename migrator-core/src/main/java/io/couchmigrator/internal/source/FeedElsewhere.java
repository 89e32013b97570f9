// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A feed out of another database than the target's main one: it reads over a connection of its own, whichever it is given.
 * One is enough, since a table is one range, and a stage reads by id only between its batches.
 *
 * @param <S> what the stage reads
 */
public record FeedElsewhere<S>(Feed<S> feed, Session there) implements Feed<S> {
    @Override
    public Plan plan(Session session) {
        return feed.plan(there);
    }

    @Override
    public Optional<StageOffset.Database> recognize(StageOffset stage) {
        return feed.recognize(stage);
    }

    @Override
    public List<RangeOffset> cut(List<RangeOffset> ranges) {
        return feed.cut(ranges);
    }

    @Override
    public void ready(List<RangeOffset> ranges) {
        feed.ready(ranges);
    }

    @Override
    public Pager<S> pager(RangeOffset range, @Nullable JsonElement since, Session session) {
        return feed.pager(range, since, there);
    }

    @Override
    public void byIds(List<SourceId> ids, Session session, Consumer<Item<S>> consumer) {
        feed.byIds(ids, there, consumer);
    }

    @Override
    public CatchUp<S> catchUp(StageOffset since, Session session) {
        return feed.catchUp(since, there);
    }

    @Override
    public OnceComplete onceComplete() {
        return feed.onceComplete();
    }

    @Override
    public Set<SourceId> notYetMigrated(StageOffset migrated, Set<SourceId> ids, StopSignal stop) {
        return feed.notYetMigrated(migrated, ids, stop);
    }
}
