// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a verb does with a batch: {@link BatchWriter} writes its rows, a verification compares them. Safe for use by
 * multiple threads, each with sessions of its own.
 *
 * @param <S> what the stage reads
 */
public interface BatchTaker<S> {
    /** Takes a batch; on return all is done with it but for what is yet to be flushed. */
    Tallies take(List<Item<S>> batch, Target.Connections sessions);

    /**
     * Tells which items to ask for since the target has rows of them, all of which belong to the stage, and what was read does not
     * name them. Waits out passing errors.
     *
     * @param read what was read whole
     * @param named the items that it names
     * @param then takes them in order, so many at once as fit into memory
     * @return what takes the items that are named, since where they have rows was seen as well
     */
    BatchTaker<S> candidates(
            Interval read, List<Item<S>> named, Target.Connections sessions, Consumer<List<SourceId>> then);
}
