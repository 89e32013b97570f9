// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ranges of a stage of documents: how they are cut by rank, and what of them is read. Safe for use by multiple threads. */
public final class RangePlan {
    private static final Logger LOG = LoggerFactory.getLogger(RangePlan.class);

    private final String what;
    private final Source source;

    /** What is asked of a source beside the places at which it is cut. */
    public interface Source extends Ranks {
        /** Returns whether it tells ranks at all; else nothing else may be asked. */
        boolean areTold();

        /** Returns how many ids come before a key. */
        long of(String key);
    }

    /** @param what what is read, for the log */
    public RangePlan(String what, Source source) {
        this.what = what;
        this.source = source;
    }

    /** Cuts what is not yet read into ranges of equal size, where the server tells ranks. */
    public List<RangeOffset> cut(List<RangeOffset> ranges) {
        if (ranges.stream().allMatch(RangePlan::isSettled)) {
            return ranges;
        }
        if (!source.areTold()) {
            LOG.info("{} tells no ranks: it is read as one range", what);
            return ranges;
        }
        return ranges.stream()
                .flatMap(range -> isSettled(range) ? Stream.of(range) : cut(range))
                .toList();
    }

    /** Returns whether the ranges of a stage that is under way have been read up to an id, wherever that lies. */
    public static boolean isRead(List<RangeOffset> ranges, String id) {
        RangeOffset range = ranges.stream()
                .filter(r -> KeyOrder.isBelow(id, Bounds.end(r)))
                .findFirst()
                .orElse(ranges.get(ranges.size() - 1));
        return range.done() || KeyOrder.isBelow(id, Bounds.next(range));
    }

    private static boolean isSettled(RangeOffset range) {
        return range.done() || range.rank().isPresent();
    }

    private Stream<RangeOffset> cut(RangeOffset range) {
        String from = Bounds.from(range);
        String before = Bounds.before(range);
        long first = source.of(Bounds.next(range));
        int wanted = RangeCutter.ranges(source.of(Bounds.end(range)) - first);
        List<Ranks.Place> places = RangeCutter.cuts(source, from, before, wanted);
        if (places.isEmpty() && wanted > 1) {
            // The last document may have gone just when it was asked for.
            places = RangeCutter.cuts(source, from, before, wanted);
        }
        List<RangeOffset.Cut> cuts = places.stream()
                .map(place -> new RangeOffset.Cut(new DocumentId(place.id()), place.rank()))
                .toList();
        return range.cutAt(first, cuts).stream();
    }
}
