// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.internal.offsets.SourceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a look at some items shows. Used by one thread. */
final class Look {
    private final Map<SourceId, Suspect> suspects = new LinkedHashMap<>();
    private final List<SourceId> good = new ArrayList<>();
    private final Set<SourceId> counted = new HashSet<>();
    private long items;
    private long same;

    /** Takes note of how many items were looked at. */
    void items(long more) {
        items += more;
    }

    /** Takes note of an item that counts for the stage. */
    void counts(SourceId id) {
        counted.add(id);
    }

    /** Takes note of one with which nothing is wrong, and how many rows it has. */
    void good(SourceId id, long rows) {
        good.add(id);
        same(rows);
    }

    /** Takes note of rows that are as they should be, as far as was looked. */
    void same(long rows) {
        same += rows;
    }

    /** Takes note of one with which something seems wrong. */
    void suspects(Suspect suspect) {
        suspects.put(suspect.id(), suspect);
    }

    /** Takes note of what another look showed. */
    void add(Look other) {
        suspects.putAll(other.suspects);
        good.addAll(other.good);
        counted.addAll(other.counted);
        items += other.items;
        same += other.same;
    }

    Map<SourceId, Suspect> suspects() {
        return suspects;
    }

    /** Returns those of which each row is as it should be. */
    List<SourceId> good() {
        return good;
    }

    boolean isCounted(SourceId id) {
        return counted.contains(id);
    }

    /** Returns how many items count for the stage, once the suspects among them were looked at again. */
    long countedOnce(Look again) {
        long surely = counted.stream().filter(id -> !suspects.containsKey(id)).count();
        return surely + suspects.keySet().stream().filter(again::isCounted).count();
    }

    /** Returns how many items there are. */
    long items() {
        return items;
    }

    /** Returns how many rows those have that are good. */
    long same() {
        return same;
    }
}
