// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import java.util.OptionalInt;

/**
 * A document that was read, to know its database by. Immutable.
 *
 * @param id its id
 * @param rev its revision when it was read last
 */
public record Witness(String id, String rev) {
    private static final int MOST_DIGITS = 9;

    /**
     * Returns whether a database that has this revision of the document now may be the one it was read from: only
     * another edit changes a revision, and each one counts up. A revision that says nothing contradicts nothing.
     */
    public boolean fits(String now) {
        OptionalInt then = generation(rev);
        OptionalInt seen = generation(now);
        return now.equals(rev) || then.isEmpty() || seen.isEmpty() || seen.getAsInt() > then.getAsInt();
    }

    /** Returns how many edits led to a revision; empty if it does not say. */
    private static OptionalInt generation(String rev) {
        int digits = rev.indexOf('-');
        boolean number = digits > 0
                && digits <= MOST_DIGITS
                && rev.substring(0, digits).chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? OptionalInt.of(Integer.parseInt(rev.substring(0, digits))) : OptionalInt.empty();
    }
}
