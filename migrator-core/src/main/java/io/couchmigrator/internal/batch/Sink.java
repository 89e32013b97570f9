// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.target.Target;
import java.util.List;

/**
 * What becomes of the rows of a batch. Waits out passing errors by itself. Safe for use by multiple threads, each with
 * a session of its own.
 *
 * @param <R> the type of the rows
 */
interface Sink<R> {
    /** Takes what some items ask for: all rows of one item in one transaction. */
    Outcome write(List<Ready<R>> items, Target.Connections sessions);

    /** Returns the same for items of which is known where they have rows, which only matters where there are several databases. */
    default Sink<R> knowing(Whereabouts whereabouts) {
        return this;
    }

    /**
     * What became of them.
     *
     * @param written rows inserted or changed
     * @param alreadyThere rows that were there before
     * @param deleted rows of items that have none any more
     * @param refused items that could not be stored
     */
    record Outcome(long written, long alreadyThere, long deleted, List<Refused> refused) {}
}
