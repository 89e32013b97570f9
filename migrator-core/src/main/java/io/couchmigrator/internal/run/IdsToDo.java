// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.batch.Batcher;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.target.WorkerSessions;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes items by their ids, before anything else of a stage is read: what was rejected before, and what a verification
 * found.
 *
 * @param <S> what the stage reads
 * @param feed reads the items
 * @param site what all stages share
 * @param recognize called before anything is built on what was read
 */
record IdsToDo<S>(Feed<S> feed, Worksite site, Runnable recognize) {
    private static final int AT_ONCE = 200;

    /**
     * Takes some of them.
     *
     * @param taker what is done with each batch
     * @param committed hears of each batch
     */
    void take(List<SourceId> ids, BatchTaker<S> taker, Consumer<Tallies> committed) {
        WorkerSessions sessions = site.target().own();
        Batcher.Writing<S> writing = batch -> {
            recognize.run();
            return taker.take(batch, sessions);
        };
        try (Batcher<S> batcher =
                new Batcher<>(site.chunkSize(), site.budget(), writing, (last, tallies) -> committed.accept(tallies))) {
            for (int i = 0; i < ids.size(); i += AT_ONCE) {
                site.stop().check();
                feed.byIds(ids.subList(i, Math.min(ids.size(), i + AT_ONCE)), sessions.main(), batcher::take);
                batcher.flush();
            }
        }
    }
}
