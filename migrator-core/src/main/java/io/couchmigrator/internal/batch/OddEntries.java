// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.retry.Reporter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts what a stage logged of its documents in one run by the member {@code error}, which says what was odd. Rejects
 * are no part of it: they are counted as such. Safe for use by multiple threads.
 */
final class OddEntries {
    /** More than a console should list. */
    private static final int MOST_KINDS = 20;

    private final Map<String, Long> counts = new HashMap<>();

    synchronized void count(OddEntry entry) {
        boolean listed = counts.containsKey(entry.kind()) || counts.size() < MOST_KINDS;
        counts.merge(listed ? entry.kind() : OddEntry.OTHER, 1L, Long::sum);
    }

    synchronized long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Tells how many there are, if there are any. */
    void tell(Reporter reporter, String stage, Path log) {
        Map<String, Long> entries = byKind();
        if (!entries.isEmpty()) {
            reporter.tell(to -> to.stageLogged(stage, entries, log));
        }
    }

    /** Returns how many there are of each kind, the most frequent first. */
    synchronized Map<String, Long> byKind() {
        Map<String, Long> sorted = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }
}
