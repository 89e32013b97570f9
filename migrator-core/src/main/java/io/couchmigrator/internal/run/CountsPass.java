// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Settles the ranges of a stage for which counting is enough, so that only the others are read.
 *
 * @param <S> what the stage reads
 * @param counted returns ranges that cover the same as some, of which those that need not be read are done
 */
record CountsPass<S>(UnaryOperator<List<RangeOffset>> counted) implements Pass<S> {
    @Override
    public void make(StageRun<S> run, StageState state) {
        if (state.offset().phase() == Phase.READING) {
            run.site().goOn();
            run.site().sources().read();
            state.ranges(counted.apply(state.offset().ranges()));
        }
    }
}
