// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.collect.Lists;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.List;
import java.util.Optional;

/**
 * Reads what changed since the stage was planned or last caught up, and completes it.
 *
 * @param <S> what the stage reads
 * @param taker what is done with each batch
 * @param told whether people are told how much there is
 * @param purges what is done about documents that are gone without a change; empty if that is of no interest
 */
record ChangesPass<S>(BatchTaker<S> taker, boolean told, Optional<Purges<S>> purges) implements Pass<S> {
    @Override
    public void make(StageRun<S> run, StageState state) {
        long age = run.site().sources().age();
        if (state.isCaughtUp(age)) {
            return;
        }
        Target.Connections sessions = run.site().target().own();
        // How many purges there were is known before the feed is read: of what goes meanwhile the next look tells.
        Optional<StageOffset.Database> seen = run.feed().recognize(state.offset());
        seen.ifPresent(now -> purges.ifPresent(gone -> gone.done(run, state, now)));
        StageOffset before = state.offset();
        seen.ifPresent(state::seen);
        Feed.CatchUp<S> catchUp = run.feed().catchUp(before, sessions.main());
        if (!catchUp.isPending()) {
            state.caughtUp(age);
        }
        boolean tells = told && catchUp.isPending();
        Tallies counted = run.tallies();
        if (tells) {
            run.site().reporter().tell(to -> to.catchingUp(run.name(), catchUp.pending()));
        }
        boolean more = catchUp.isPending();
        while (more) {
            run.site().goOn();
            more = page(run, state, catchUp, sessions);
        }
        run.completed(state, catchUp.changes());
        if (tells) {
            long written = run.tallies().written() - counted.written();
            long deleted = run.tallies().deleted() - counted.deleted();
            run.site().reporter().tell(to -> to.caughtUp(run.name(), catchUp.changes(), written, deleted));
        }
    }

    private boolean page(StageRun<S> run, StageState state, Feed.CatchUp<S> catchUp, Target.Connections sessions) {
        try (Feed.Page<S> page = catchUp.page()) {
            int left = page.items().size();
            for (List<Item<S>> batch : Lists.partition(page.items(), run.site().chunkSize())) {
                left -= batch.size();
                boolean last = left == 0;
                run.take(batch, taker, state, sessions, tallies -> {
                    state.others(tallies);
                    run.site().limit().count(tallies);
                    if (last) {
                        reached(run, state, catchUp);
                    }
                });
            }
            if (page.items().isEmpty()) {
                reached(run, state, catchUp);
            }
            return page.more();
        }
    }

    private void reached(StageRun<S> run, StageState state, Feed.CatchUp<S> catchUp) {
        run.recognize(state);
        state.sequence(catchUp.position());
    }
}
