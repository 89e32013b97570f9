// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.source.Feed;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks for what was purged, of which the feed does not tell. Where that is not known any more all is read again.
 *
 * @param <S> what the stage reads
 * @param taker what is done with each batch
 * @param ranges reads all again
 */
record Purges<S>(BatchTaker<S> taker, RangesPass<S> ranges) {
    /** Takes what was purged up to now, and notes that it is done. */
    void done(StageRun<S> run, StageState state, StageOffset.Database now) {
        Feed.Purged purged = run.feed().purged(state.offset(), now);
        if (purged.whole()) {
            run.byIds(purged.ids(), taker, state, run.site().target().own(), true);
            Set<String> gone = purged.ids().stream().map(SourceId::text).collect(Collectors.toSet());
            state.witnessed(known -> known.stream()
                    .filter(witness -> !gone.contains(witness.id()))
                    .toList());
            state.purged(now);
        } else {
            run.site()
                    .reporter()
                    .tell(to -> to.warned(
                            "Documents were purged of the CouchDB database of stage \"%s\", and which it does not tell: all is read again."
                                    .formatted(run.name())));
            run.readAgain(state);
            ranges.make(run, state);
        }
    }
}
