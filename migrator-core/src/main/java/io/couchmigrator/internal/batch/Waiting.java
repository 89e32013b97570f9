// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.SourceId;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The documents of a stage that were refused for what another row has: their rows may be taken once that has given it up. Until they
 * were tried once more they are no rejects to the limit. Safe for use by multiple threads.
 */
final class Waiting {
    private final String stage;
    private final RejectsFile rejects;
    private final RejectLimit limit;
    private final Set<SourceId> now = new LinkedHashSet<>();
    private final Set<SourceId> triedAgain = new HashSet<>();
    private final Set<SourceId> leftOut = new HashSet<>();
    private long leftOutOfEarlierRuns;

    Waiting(String stage, RejectsFile rejects, RejectLimit limit) {
        this.stage = stage;
        this.rejects = rejects;
        this.limit = limit;
    }

    /** Adds one, before it is recorded as rejected. */
    synchronized void add(SourceId id) {
        if (!now.add(id) || triedAgain.contains(id)) {
            return;
        }
        if (rejects.isRejected(stage, id)) {
            leftOutOfEarlierRuns++;
            limit.leaveOut(1, 0);
        } else {
            leftOut.add(id);
            limit.leaveOut(1, 1);
        }
    }

    /** Returns those that were added since this was asked last, to be tried once more. */
    synchronized List<SourceId> take() {
        List<SourceId> taken = List.copyOf(now);
        now.clear();
        triedAgain.addAll(taken);
        return taken;
    }

    /** Takes note that those were tried once more: what is still refused counts as any other reject, what is not counts as none. */
    synchronized void triedAgain() {
        long still =
                leftOut.stream().filter(id -> rejects.isRejected(stage, id)).count();
        limit.leaveOut(-leftOutOfEarlierRuns - leftOut.size(), -still);
        leftOutOfEarlierRuns = 0;
        leftOut.clear();
        limit.count(Tallies.NONE);
    }
}
