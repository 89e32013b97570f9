// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/**
 * What was counted. Immutable.
 *
 * @param read documents and source rows read, filtered and rejected ones included
 * @param processed of these, those that counted for their stage and were stored; in a verification, those whose rows
 *     are all there, or left alone
 * @param filtered of these, those that did not count for their stage
 * @param rejected of these, those that could not be stored, each once, however often a run tried it; in a verification, those whose rejection stands
 * @param written rows inserted or changed
 * @param alreadyThere rows that the target had before; in a verification, rows that are as they should be
 * @param deleted rows deleted, of documents that have none any more
 * @param verified what a verification found besides, in documents and source rows
 * @param rows what a verification found besides, in rows of the target
 */
public record Tallies(
        long read,
        long processed,
        long filtered,
        long rejected,
        long written,
        long alreadyThere,
        long deleted,
        Verified verified,
        Rows rows) {
    /** Nothing counted yet. */
    public static final Tallies NONE = new Tallies(0, 0, 0, 0, 0, 0);

    /** Counts of a run that deletes and verifies nothing. */
    public Tallies(long read, long processed, long filtered, long rejected, long written, long alreadyThere) {
        this(read, processed, filtered, rejected, written, alreadyThere, 0, Verified.NONE, Rows.NONE);
    }

    /** Returns the sums of both. */
    public Tallies plus(Tallies other) {
        return new Tallies(
                read + other.read,
                processed + other.processed,
                filtered + other.filtered,
                rejected + other.rejected,
                written + other.written,
                alreadyThere + other.alreadyThere,
                deleted + other.deleted,
                verified.plus(other.verified),
                rows.plus(other.rows));
    }

    /**
     * What a verification found, in documents and source rows. Immutable.
     *
     * @param missing those of which a row is not there, or which should have been rejected and were not; the next run
     *     takes them first
     * @param different those of which a row is there with other values than it should have
     * @param leftAlone those of which a row is there with other values, under a rule that leaves rows as they are; they
     *     are no fault, and count as processed
     * @param notYetMigrated those that no run has come to yet, or that changed since one did; they are no fault
     * @param misplaced those whose rows are all where they belong, but of which a row is also in another database of a
     *     {@linkplain ShardMap sharded} target, with the same values, or in the main one, where none belongs; nobody but
     *     the operator removes it there
     * @param again of those that are missing or different, those that a run has written since a verification found them
     *     so before: a trigger changes what is written, or another document has the same key; the next run tries them
     *     again, but only a verification finds out whether they are mended
     * @param extra those that are deleted, were never there, or do not count, of which an {@linkplain OwnedTable owned table} has a
     *     row all the same; and those whose row is where it belongs, but of which another database has one, too. The next run
     *     takes them first, and deletes it
     */
    public record Verified(
            long missing, long different, long leftAlone, long notYetMigrated, long misplaced, long again, long extra) {
        /** Nothing found. */
        public static final Verified NONE = new Verified(0, 0, 0, 0);

        /** Counts in a target where nothing can be misplaced. */
        public Verified(long missing, long different, long leftAlone, long notYetMigrated) {
            this(missing, different, leftAlone, notYetMigrated, 0);
        }

        /** Counts where no run has written anything that was found before. */
        public Verified(long missing, long different, long leftAlone, long notYetMigrated, long misplaced) {
            this(missing, different, leftAlone, notYetMigrated, misplaced, 0);
        }

        /** Counts where no table is owned, so that nothing can be extra. */
        public Verified(long missing, long different, long leftAlone, long notYetMigrated, long misplaced, long again) {
            this(missing, different, leftAlone, notYetMigrated, misplaced, again, 0);
        }

        /** Returns the sums of both. */
        public Verified plus(Verified other) {
            return new Verified(
                    missing + other.missing,
                    different + other.different,
                    leftAlone + other.leftAlone,
                    notYetMigrated + other.notYetMigrated,
                    misplaced + other.misplaced,
                    again + other.again,
                    extra + other.extra);
        }
    }

    /**
     * What a verification found, in rows of the target. Those that are as they should be, those that are different and
     * those that are left alone are, together, the rows that the target has of the documents that were compared. Immutable.
     *
     * @param missing rows that are not there, of documents that are missing
     * @param different rows that are there with other values than they should have; those of documents that are not yet
     *     migrated count, too
     * @param leftAlone rows that are there with other values, under a rule that leaves them as they are
     * @param misplaced rows that are in another database than the one where they belong, too, once for each
     * @param extra rows that should not be there, of documents that are extra; the next run deletes them
     */
    public record Rows(long missing, long different, long leftAlone, long misplaced, long extra) {
        /** Nothing found. */
        public static final Rows NONE = new Rows(0, 0, 0, 0);

        /** Counts where no table is owned, so that nothing can be extra. */
        public Rows(long missing, long different, long leftAlone, long misplaced) {
            this(missing, different, leftAlone, misplaced, 0);
        }

        /** Returns the sums of both. */
        public Rows plus(Rows other) {
            return new Rows(
                    missing + other.missing,
                    different + other.different,
                    leftAlone + other.leftAlone,
                    misplaced + other.misplaced,
                    extra + other.extra);
        }
    }
}
