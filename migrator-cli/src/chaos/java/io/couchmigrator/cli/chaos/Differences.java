// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is wrong with the rows that there are, as the books have it. */
final class Differences {
    /** What may be wrong with one. */
    enum Kind {
        MISSING,
        EXTRA,
        DOUBLED,
        /** It is of another revision of its document. */
        REVISED,
        /** Its revision is right. */
        CHANGED
    }

    private final Map<Kind, List<String>> told = new EnumMap<>(Kind.class);
    private int kept;

    void add(Kind kind, String what) {
        told.computeIfAbsent(kind, one -> new ArrayList<>()).add(what);
    }

    /** Counts a row that is right though its document is gone. */
    void keep() {
        kept++;
    }

    /** Returns all of them, a line each. */
    List<String> told() {
        return told.values().stream().flatMap(List::stream).toList();
    }

    boolean showInIds() {
        return count(Kind.MISSING) + count(Kind.EXTRA) + count(Kind.REVISED) > 0;
    }

    /**
     * Returns whether there must be a range that has fewer rows than the source has documents, and so one missing, or more rows than
     * those that are kept explain.
     */
    boolean showInCounts() {
        int missing = count(Kind.MISSING);
        int extra = count(Kind.EXTRA);
        return missing > extra + kept || extra > missing;
    }

    private int count(Kind kind) {
        return told.getOrDefault(kind, List.of()).size();
    }
}
