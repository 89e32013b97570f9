// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.List;

/**
 * What a verb does with a batch: {@link BatchWriter} writes its rows, a verification compares them. Safe for use by
 * multiple threads, each with sessions of its own.
 *
 * @param <S> what the stage reads
 */
public interface BatchTaker<S> {
    /** Takes a batch; on return all is done with it but for what is yet to be flushed. */
    Tallies take(List<Item<S>> batch, Target.Connections sessions);
}
