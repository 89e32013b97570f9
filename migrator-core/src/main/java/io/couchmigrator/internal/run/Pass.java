// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

/**
 * One way over a stage: ids to do, its ranges, what changed.
 *
 * @param <S> what the stage reads
 */
@FunctionalInterface
interface Pass<S> {
    /** Goes over the stage, from where it stands. */
    void over(StageRun<S> run, StageState state);
}
