// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

/**
 * One way through a stage: ids to do, its ranges, what changed.
 *
 * @param <S> what the stage reads
 */
@FunctionalInterface
interface Pass<S> {
    /** Goes through the stage, from where it stands. */
    void make(StageRun<S> run, StageState state);
}
