// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.ranges.Ranks.Place;
import java.util.Map;
import java.util.TreeMap;

/**
 * The places that are known, ascending in rank and in id: what contradicts those before is not taken. So nothing that
 * is chosen among them is ever out of order, whatever a server says. Not thread-safe.
 */
final class Landmarks {
    private final TreeMap<Long, String> ids = new TreeMap<>();

    /** Begins with the outermost places; all others lie between them. */
    Landmarks(Place first, Place last) {
        ids.put(first.rank(), first.id());
        ids.put(last.rank(), last.id());
    }

    /** Adds a place if it fits between its neighbours. */
    boolean add(Place place) {
        Map.Entry<Long, String> low = ids.lowerEntry(place.rank());
        Map.Entry<Long, String> high = ids.higherEntry(place.rank());
        boolean fits = low != null
                && high != null
                && !ids.containsKey(place.rank())
                && KeyOrder.isBelow(low.getValue(), place.id())
                && KeyOrder.isBelow(place.id(), high.getValue());
        if (fits) {
            ids.put(place.rank(), place.id());
        }
        return fits;
    }

    /** Returns the last place not above a rank, or the first of all. */
    Place low(long rank) {
        Map.Entry<Long, String> entry = ids.floorEntry(rank);
        return place(entry == null ? ids.firstEntry() : entry);
    }

    /** Returns the first place not below a rank, or the last of all. */
    Place high(long rank) {
        Map.Entry<Long, String> entry = ids.ceilingEntry(rank);
        return place(entry == null ? ids.lastEntry() : entry);
    }

    /** Returns the place nearest to a rank. */
    Place nearest(long rank) {
        Place low = low(rank);
        Place high = high(rank);
        return rank - low.rank() <= high.rank() - rank ? low : high;
    }

    private static Place place(Map.Entry<Long, String> entry) {
        return new Place(entry.getKey(), entry.getValue());
    }
}
