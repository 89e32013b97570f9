// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import java.util.List;
import java.util.function.Consumer;

/**
 * The passes over a stage that a verb asks for.
 *
 * @param first before any stage has its turn, over what an earlier run left
 * @param main when the stage has its turn
 * @param last once all stages have had theirs
 * @param finished tells of the stage, when it had its turn and whenever a pass after that found something
 * @param once whether a stage that is complete is left as it is until the last passes
 */
record Passes<S>(
        List<Pass<S>> first, List<Pass<S>> main, List<Pass<S>> last, Consumer<StageRun<S>> finished, boolean once) {}
