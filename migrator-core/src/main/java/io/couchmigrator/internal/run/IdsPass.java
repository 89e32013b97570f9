// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.collect.Lists;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.List;
import java.util.function.Supplier;

/**
 * Takes items by their ids, before anything else of a stage is read: what was rejected before, and what a verification
 * found.
 *
 * @param <S> what the stage reads
 * @param ids which they are, asked when the pass has its turn
 * @param taker what is done with each batch
 * @param limited whether the limit of rejects holds; not for those that were rejected before, which a run must be able to
 *     resolve however many they are
 */
record IdsPass<S>(Supplier<List<SourceId>> ids, BatchTaker<S> taker, boolean limited) implements Pass<S> {
    private static final int AT_ONCE = 200;

    @Override
    public void over(StageRun<S> run, StageState state) {
        Target.Connections sessions = run.site().target().own();
        for (List<SourceId> some : Lists.partition(ids.get(), AT_ONCE)) {
            run.site().stop().check();
            run.feed().byIds(some, run.site().chunkSize(), sessions.main(), batch -> take(batch, run, state, sessions));
        }
    }

    private void take(List<Item<S>> batch, StageRun<S> run, StageState state, Target.Connections sessions) {
        run.take(batch, taker, state, sessions, tallies -> {
            state.others(tallies);
            if (limited) {
                run.site().limit().count(tallies);
            }
        });
    }
}
