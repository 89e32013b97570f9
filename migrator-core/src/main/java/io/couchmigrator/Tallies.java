// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/**
 * What was counted. Immutable.
 *
 * @param read documents and source rows read, filtered and rejected ones included
 * @param processed of these, those that counted for their stage and were stored
 * @param filtered of these, those that did not count for their stage
 * @param rejected of these, those that could not be stored
 * @param written rows inserted or changed
 * @param alreadyThere rows that the target had before
 */
public record Tallies(long read, long processed, long filtered, long rejected, long written, long alreadyThere) {
    /** Nothing counted yet. */
    public static final Tallies NONE = new Tallies(0, 0, 0, 0, 0, 0);

    /** Returns the sums of both. */
    public Tallies plus(Tallies other) {
        return new Tallies(
                read + other.read,
                processed + other.processed,
                filtered + other.filtered,
                rejected + other.rejected,
                written + other.written,
                alreadyThere + other.alreadyThere);
    }
}
