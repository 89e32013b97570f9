// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** How much a verification compares: the later, the more. */
enum Depth {
    /** How many ids there are in ranges, which are the program's: what is missing and what is extra may hide each other there. */
    COUNTS,
    /** Ids and revisions. */
    IDS,
    FULL;

    /** Returns the words that ask for it. */
    String[] options() {
        return this == FULL ? new String[0] : new String[] {"--" + name().toLowerCase(Locale.ROOT)};
    }

    /** Returns the statuses that a verification of a complete migration may end with. */
    Set<Integer> statuses(Differences differences, boolean bad) {
        Set<Integer> statuses = new TreeSet<>();
        if (mayFind(differences)) {
            statuses.add(7);
        }
        if (!mustFind(differences)) {
            statuses.add(this != FULL ? 10 : bad ? 5 : 0);
        }
        return statuses;
    }

    /** Returns whether some of these differences cannot be hidden from it. */
    boolean mustFind(Differences differences) {
        return switch (this) {
            case COUNTS -> differences.showInCounts();
            case IDS -> differences.showInIds();
            case FULL -> !differences.told().isEmpty();
        };
    }

    private boolean mayFind(Differences differences) {
        return this == COUNTS ? differences.showInIds() : mustFind(differences);
    }
}
