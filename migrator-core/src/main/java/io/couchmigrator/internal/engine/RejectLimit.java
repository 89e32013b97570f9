// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.LimitException;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RejectsFile;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Ends a run that rejects more than its caller bears. Documents that were rejected before are not counted when they are
 * tried once more: a run must be able to resolve them, however many they are. Safe for use by multiple threads.
 */
final class RejectLimit {
    /** Below this, a few documents would make a high percentage. */
    private static final long LEAST_READ = 1_000;

    private final OptionalLong most;
    private final OptionalDouble percent;
    private final RejectsFile rejects;
    private long read;
    private long rejected;

    RejectLimit(OptionalLong most, OptionalDouble percent, RejectsFile rejects) {
        this.most = most;
        this.percent = percent;
        this.rejects = rejects;
    }

    /** Returns what bears any number of rejects. */
    static RejectLimit none(RejectsFile rejects) {
        return new RejectLimit(OptionalLong.empty(), OptionalDouble.empty(), rejects);
    }

    /**
     * Counts a batch that is committed and recorded.
     *
     * @throws LimitException if the limit is exceeded
     */
    synchronized void count(Tallies batch) {
        read += batch.read();
        rejected += batch.rejected();
        long outstanding = rejects.outstandingRejects();
        if (batch.rejected() > 0 && most.isPresent() && outstanding > most.getAsLong()) {
            throw exceeded(
                    "%s rejects are outstanding".formatted(outstanding), "at most %s".formatted(most.getAsLong()));
        }
        if (percent.isPresent() && read >= LEAST_READ && rejected * 100.0 > read * percent.getAsDouble()) {
            throw exceeded(
                    "this run rejected %s of %s documents".formatted(rejected, read),
                    "at most %s %%".formatted(percent.getAsDouble()));
        }
    }

    private LimitException exceeded(String seen, String expected) {
        return new LimitException(
                "too many documents cannot be stored: %s, expected %s: see why in \"%s\", mend the cause or raise the limit, and run the same command again"
                        .formatted(seen, expected, rejects.path()));
    }
}
