// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.SourceId;
import java.util.List;
import java.util.function.Supplier;

/**
 * Takes items by their ids: before anything else of a stage is read, what was rejected before, and what a verification found;
 * after all else, what waits for something that another row has.
 *
 * @param <S> what the stage reads
 * @param ids which they are, asked when the pass has its turn
 * @param taker what is done with each batch
 * @param limited whether the limit of rejects holds; not for those that were rejected before, which a run must be able to
 *     resolve however many they are
 */
record IdsPass<S>(Supplier<List<SourceId>> ids, BatchTaker<S> taker, boolean limited) implements Pass<S> {
    @Override
    public void make(StageRun<S> run, StageState state) {
        run.byIds(ids.get(), taker, state, run.site().target().own(), limited);
    }
}
