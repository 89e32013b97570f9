// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.batch.RejectLimit;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.Sources;
import io.couchmigrator.internal.target.Target;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all stages of a run share.
 *
 * @param sources what is read
 * @param target the databases that are written
 * @param limit how many documents may be rejected
 * @param stop the request to stop
 * @param reporter who is told
 * @param workers how many ranges are read at once
 * @param chunkSize the most items in a batch
 * @param clock the time
 */
record Worksite(
        Sources sources,
        Target target,
        RejectLimit limit,
        StopSignal stop,
        Reporter reporter,
        int workers,
        int chunkSize,
        Clock clock) {
    /** Returns whether the run is held up: by a server that is away, a lock, or a pause. */
    boolean isHeldUp() {
        return reporter.isHeldUp()
                || sources.isPaused()
                || sources.isAway()
                || Stream.of(
                                List.of(target.main()),
                                target.databases(),
                                target.sources().values())
                        .flatMap(Collection::stream)
                        .anyMatch(database -> database.patience().isAway());
    }

    /**
     * Goes on, once no pause holds the run up.
     *
     * @throws io.couchmigrator.internal.retry.StoppedException if it is asked to stop
     */
    void goOn() {
        stop.check();
        sources.awaitEndOfPause();
    }
}
