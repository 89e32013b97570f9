// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.LimitException;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RejectsFile;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Ends a run where more is rejected than its caller bears. Documents that were rejected before are not counted while they
 * are tried once more: a run must be able to resolve them, however many they are. What still is rejected then ends each run
 * before it reads on, so that a command that is only repeated does not get to the end. Safe for use by multiple threads.
 */
public final class RejectLimit {
    /** Below this, a few documents would make a high percentage. */
    private static final long LEAST_READ = 1_000;

    private final OptionalLong most;
    private final OptionalDouble percent;
    private final RejectsFile rejects;
    private long read;
    private long rejected;
    private long waiting;

    public RejectLimit(OptionalLong most, OptionalDouble percent, RejectsFile rejects) {
        this.most = most;
        this.percent = percent;
        this.rejects = rejects;
    }

    /** Returns what bears any number of rejects. */
    public static RejectLimit none(RejectsFile rejects) {
        return new RejectLimit(OptionalLong.empty(), OptionalDouble.empty(), rejects);
    }

    /**
     * Looks whether the run may read on, once what was rejected before has been tried again.
     *
     * @param readEver how many documents all runs have read
     * @throws LimitException if the limit is exceeded by what is outstanding
     */
    public synchronized void check(long readEver) {
        long outstanding = outstanding();
        checkNumber(outstanding);
        checkPercent(outstanding, readEver, "%s outstanding of %s documents");
    }

    /**
     * Counts a batch that is committed and recorded.
     *
     * @throws LimitException if the limit is exceeded
     */
    public synchronized void count(Tallies batch) {
        read += batch.read();
        rejected += batch.rejected();
        checkNumber(outstanding());
        checkPercent(rejected, read, "this run rejected %s of %s documents");
    }

    /**
     * Leaves rejects out, which wait for what another row has and are tried once more; or, below zero, no longer.
     *
     * @param more how many of those that are outstanding
     * @param ofThisRun how many of those that this run counts
     */
    synchronized void leaveOut(long more, long ofThisRun) {
        waiting += more;
        rejected -= ofThisRun;
    }

    private long outstanding() {
        return Math.max(0, rejects.outstandingRejects() - waiting);
    }

    private void checkNumber(long outstanding) {
        if (most.isPresent() && outstanding > most.getAsLong()) {
            throw exceeded("%s outstanding".formatted(outstanding), "at most %s".formatted(most.getAsLong()));
        }
    }

    private void checkPercent(long part, long of, String seen) {
        if (percent.isPresent() && of >= LEAST_READ && part * 100.0 > of * percent.getAsDouble()) {
            throw exceeded(seen.formatted(part, of), "at most %s %%".formatted(percent.getAsDouble()));
        }
    }

    private LimitException exceeded(String seen, String expected) {
        return new LimitException(
                Limit.REJECTS,
                "too many documents cannot be stored: %s, expected %s: see why in \"%s\", mend the cause or raise the limit, and try again"
                        .formatted(seen, expected, rejects.path()));
    }
}
