// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/**
 * How a run ended. Where several things went wrong at once, the one that stands first in this order is the outcome.
 */
public enum Outcome {
    /** Stopped by {@link Running#stop} or interruption; everything done is saved. */
    STOPPED(130),
    /** The log directory could not be used. */
    LOG_DIRECTORY_FAILED(6),
    /** What an earlier run left in the log directory is damaged, of another version, or of something else. */
    OFFSETS_REFUSED(6),
    /**
     * Another run of the migration goes on, here or on another host, or a verification of it; or another run has claimed a table that
     * this one owned, or that is verified.
     */
    BUSY(9),
    /** PostgreSQL failed. */
    TARGET_FAILED(4),
    /** CouchDB failed. */
    SOURCE_FAILED(3),
    /** A limit that the caller set was reached; everything done is saved. */
    STOPPED_BY_LIMIT(8),
    /** A verification found rows missing, different, extra or misplaced. */
    DIFFERENCES_FOUND(7),
    /**
     * A verification found nothing wrong as far as it looked, but the migration is not complete, or something could not
     * be compared.
     */
    INCOMPLETE(10),
    /**
     * Every stage is complete, but rejected documents are outstanding, from this run or an earlier one; or a verification
     * found nothing wrong but these.
     */
    REJECTS_OUTSTANDING(5),
    /**
     * Every stage is complete and no reject is outstanding; or a verification of such a migration found every row that
     * should be there.
     */
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
