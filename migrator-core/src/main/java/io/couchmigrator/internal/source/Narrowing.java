// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.BrokenAnswerException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much to ask for at a place where answers break: the same once more, then half as much each time, and at last the
 * one document there by its id.
 */
final class Narrowing {
    private int limit = Integer.MAX_VALUE;
    private int failures;
    private boolean alone;
    private @Nullable Object failedAt;

    /** Returns how many items to ask for, if so many are wanted. */
    int limit(int wanted) {
        return Math.min(wanted, limit);
    }

    /** Returns whether to ask for the next document alone, by its id. */
    boolean isAlone() {
        return alone;
    }

    /** Takes note that the answer at a place broke when so many were asked for, and returns what to throw. */
    BrokenAnswerException broke(@Nullable Object place, int asked, BrokenAnswerException e) {
        boolean again = failures > 0 && Objects.equals(place, failedAt);
        failures = again ? failures + 1 : 1;
        failedAt = place;
        if (!again) {
            return e;
        }
        if (alone) {
            return e;
        }
        alone = asked == 1;
        limit = Math.max(1, asked / 2);
        return e.narrowing();
    }

    /** Takes note that a page came whole. */
    void passed() {
        failures = 0;
        alone = false;
        limit = (int) Math.min(Integer.MAX_VALUE, limit * 2L);
    }
}
