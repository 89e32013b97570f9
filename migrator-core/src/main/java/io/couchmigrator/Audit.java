// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/**
 * What the audit of a run saw. CouchDB says of each page how many documents come before it; with the rows of the page
 * before, that number is known beforehand. Immutable.
 *
 * @param pages pages that were held to their place, and ends of ranges; 0 where the server knows no such numbers
 * @param differences how many of them were elsewhere. Something came or went before that page, or the page before was read
 *     again; where that did not help, the run failed
 */
public record Audit(long pages, long differences) {
    /** Nothing was audited. */
    public static final Audit NONE = new Audit(0, 0);
}
