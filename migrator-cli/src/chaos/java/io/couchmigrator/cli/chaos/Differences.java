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

    void add(Kind kind, String what) {
        told.computeIfAbsent(kind, one -> new ArrayList<>()).add(what);
    }

    /** Returns all of them, a line each. */
    List<String> told() {
        return told.values().stream().flatMap(List::stream).toList();
    }

    boolean showInIds() {
        return count(Kind.MISSING) + count(Kind.EXTRA) + count(Kind.REVISED) > 0;
    }

    /** Returns whether there are more or fewer rows than there should be, so that some range has more or fewer. */
    boolean showInCounts() {
        return count(Kind.MISSING) != count(Kind.EXTRA);
    }

    private int count(Kind kind) {
        return told.getOrDefault(kind, List.of()).size();
    }
}
