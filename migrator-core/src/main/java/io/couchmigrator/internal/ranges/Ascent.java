// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;

/**
 * Holds the ids of one page to their order: a page that repeats a row may hide another one without its count being wrong,
 * and what was committed of a page out of order does not tell where to go on. Used by one thread.
 */
final class Ascent {
    private final boolean exact;
    private String last;
    private boolean begun;

    /** Begins where a range goes on. */
    Ascent(RangeOffset at) {
        this.exact = at.rank().isPresent();
        this.last = RangePlan.next(at);
    }

    /** Takes the next id; false if it is not above the one before, or is below where the range goes on. */
    boolean goesOnTo(String id) {
        boolean above = isBelow(last, id) || (!begun && last.equals(id));
        if (above) {
            last = id;
            begun = true;
        }
        return above;
    }

    /** Returns whether a row was taken. */
    boolean isBegun() {
        return begun;
    }

    /** Returns the id that was taken last. */
    String last() {
        return last;
    }

    /** A server that tells no ranks may order by UTF-16 units, which differs beyond U+FFFF. */
    private boolean isBelow(String one, String other) {
        return KeyOrder.isBelow(one, other) || (!exact && one.compareTo(other) < 0);
    }
}
