// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.CatchUp;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Feed.OnceComplete;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Pager;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A feed as a verification reads it: from start to end, once, and then what changed meanwhile, which is for the next run.
 *
 * @param <S> what the stage reads
 */
public record VerifiedFeed<S>(Feed<S> feed) implements Feed<S> {
    @Override
    public Plan plan(Session session) {
        return feed.plan(session);
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
        return feed.pager(range, since, session);
    }

    @Override
    public void byIds(List<SourceId> ids, Session session, Consumer<Item<S>> consumer) {
        feed.byIds(ids, session, consumer);
    }

    @Override
    public Set<SourceId> notYetMigrated(StageOffset migrated, Set<SourceId> ids, StopSignal stop) {
        return feed.notYetMigrated(migrated, ids, stop);
    }

    @Override
    public OnceComplete onceComplete() {
        return OnceComplete.LEAVE;
    }

    @Override
    public CatchUp<S> catchUp(StageOffset since, Session session) {
        return feed.catchUp(since, session);
    }
}
