// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.Witness;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which of the documents that were read are remembered as witnesses: those whose ids have the lowest hashes, which is an
 * even sample of all that was read, however it came; and the last ones of the last batches, because an older state of a
 * database lacks what changed last.
 */
final class Witnesses {
    static final int MOST = 16;

    private static final int SAMPLE = 12;

    private Witnesses() {}

    /** Returns the witnesses after a batch was committed, in the order in which they were seen. */
    static List<Witness> after(List<Witness> known, List<? extends Item<?>> batch) {
        Map<String, Witness> seen = new LinkedHashMap<>();
        known.forEach(witness -> seen.put(witness.id(), witness));
        int bound = bound(known);
        Item<?> last = null;
        for (Item<?> item : batch) {
            if (item.id() instanceof DocumentId id && !item.rev().isEmpty()) {
                last = item;
                if (Integer.compareUnsigned(hash(id.text()), bound) <= 0 || seen.containsKey(id.text())) {
                    putLast(seen, item);
                }
            }
        }
        if (last != null) {
            putLast(seen, last);
        }
        return kept(List.copyOf(seen.values()));
    }

    private static void putLast(Map<String, Witness> seen, Item<?> item) {
        String id = item.id().text();
        seen.remove(id);
        seen.put(id, new Witness(id, item.rev()));
    }

    /** Returns the highest hash with which a document gets into the sample; all do as long as there are too few. */
    private static int bound(List<Witness> known) {
        return known.size() < MOST ? -1 : boundOf(known);
    }

    private static List<Witness> kept(List<Witness> seen) {
        if (seen.size() <= MOST) {
            return seen;
        }
        int newest = seen.size() - (MOST - SAMPLE);
        int bound = boundOf(seen.subList(0, newest));
        return IntStream.range(0, seen.size())
                .filter(i ->
                        i >= newest || Integer.compareUnsigned(hash(seen.get(i).id()), bound) <= 0)
                .mapToObj(seen::get)
                .toList();
    }

    private static int boundOf(List<Witness> witnesses) {
        return witnesses.stream()
                .map(witness -> hash(witness.id()))
                .sorted(Comparator.comparing(Integer::toUnsignedLong))
                .skip(SAMPLE - 1)
                .findFirst()
                .orElse(-1);
    }

    /** Ids of one shape have hashes close to each other: mixed, each bit depends on all of them. */
    private static int hash(String id) {
        int hash = id.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }
}
