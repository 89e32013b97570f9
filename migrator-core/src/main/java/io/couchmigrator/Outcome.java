// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/**
 * How a run ended. Where several things went wrong at once, the one that stands first in this order is the outcome.
 */
public enum Outcome {
    /** Stopped by {@link Migrator#stop} or interruption; everything done is saved. */
    STOPPED(130),
    /** The offset file, the log directory or the lock was not fit for this run. */
    LOG_DIRECTORY_FAILED(6),
    /** PostgreSQL failed. */
    TARGET_FAILED(4),
    /** CouchDB failed. */
    SOURCE_FAILED(3),
    /** A limit that the caller set was reached; everything done is saved. */
    STOPPED_BY_LIMIT(8),
    /** Every stage is complete, but rejected documents are outstanding, from this run or an earlier one. */
    REJECTS_OUTSTANDING(5),
    /** A verification found rows missing or different. */
    DIFFERENCES_FOUND(7),
    /** Every stage is complete and no reject is outstanding; or a verification found every row that should be there. */
    COMPLETE(0);

    private final int exitStatus;

    Outcome(int exitStatus) {
        this.exitStatus = exitStatus;
    }

    /**
     * Returns the exit status that the command line gives to this outcome. A run stopped by a signal has 128 plus the
     * number of that signal instead of the 130 given here.
     */
    public int exitStatus() {
        return exitStatus;
    }
}
