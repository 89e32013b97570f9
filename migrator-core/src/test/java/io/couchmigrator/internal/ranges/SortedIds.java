// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Ids in the order of their code points, with the ranks and pages that a server tells of them. Counts the questions. */
final class SortedIds implements Ranks {
    private final List<String> sorted;
    private int questions;

    SortedIds(Collection<String> ids) {
        TreeSet<String> set = new TreeSet<>(KeyOrder.BY_CODE_POINT);
        set.addAll(ids);
        sorted = new ArrayList<>(set);
    }

    List<String> all() {
        return List.copyOf(sorted);
    }

    int count() {
        return sorted.size();
    }

    int questions() {
        return questions;
    }

    /** Adds an id that is not there, or removes one that is. */
    void toggle(String id) {
        int rank = rank(id);
        if (rank < sorted.size() && sorted.get(rank).equals(id)) {
            sorted.remove(rank);
        } else {
            sorted.add(rank, id);
        }
    }

    /** Returns how many ids come before a key; all for null. */
    int rank(@Nullable String key) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key == null || KeyOrder.isBelow(sorted.get(middle), key)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns what is next in a range, as a page of {@code _all_docs} has it. */
    List<String> page(RangeOffset range, int limit) {
        String start = start(range);
        int begin = start == null ? 0 : rank(start);
        SourceId before = range.before();
        int end = rank(before == null ? null : before.text());
        return sorted.subList(begin, Math.max(begin, end)).stream().limit(limit).toList();
    }

    /** Returns the key at which a range goes on; null for the beginning. */
    static @Nullable String start(RangeOffset range) {
        SourceId after = range.after();
        SourceId from = range.from();
        return after != null ? after.text() + '\0' : from == null ? null : from.text();
    }

    @Override
    public Optional<Place> from(String key) {
        questions++;
        int rank = rank(key);
        return rank < sorted.size() ? Optional.of(new Place(rank, sorted.get(rank))) : Optional.empty();
    }

    @Override
    public Optional<String> before(@Nullable String key) {
        questions++;
        int rank = rank(key);
        return rank > 0 ? Optional.of(sorted.get(rank - 1)) : Optional.empty();
    }
}
