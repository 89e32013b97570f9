// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

        /** Returns how many ids come before a key, or how many there are for null: no key comes after every id. */
        long of(@Nullable String key);

        /** Returns how many ids there are from one key to before another, or to the end of all for null, as of now. */
        long between(String from, @Nullable String before);
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
        RangeOffset range =
                ranges.stream().filter(r -> endsAbove(r, id)).findFirst().orElse(ranges.get(ranges.size() - 1));
        return range.done() || KeyOrder.isBelow(id, next(range));
    }

    /** Returns the key at which what is left of a range begins; null for the beginning of all. */
    public static @Nullable String from(RangeOffset range) {
        String next = next(range);
        return next.isEmpty() ? null : next;
    }

    /** Returns the key at which what is left of a range begins, the least one after what was read; empty for the beginning of all. */
    static String next(RangeOffset range) {
        SourceId after = range.after();
        if (after != null) {
            return behind(after.text());
        }
        SourceId from = range.from();
        return from == null ? "" : from.text();
    }

    /** Returns the key before which a range ends; null for the end of all. */
    public static @Nullable String before(RangeOffset range) {
        SourceId before = range.before();
        return before == null ? null : before.text();
    }

    /** Returns the least key that comes after an id. */
    public static String behind(String id) {
        return id + '\0';
    }

    private static boolean endsAbove(RangeOffset range, String key) {
        String before = before(range);
        return before == null || KeyOrder.isBelow(key, before);
    }

    /** Returns how many ids there are now in a range of which nothing is read; empty where the server tells no ranks. */
    public OptionalLong size(RangeOffset range) {
        return range.rank().isEmpty() ? range.rank() : OptionalLong.of(source.between(next(range), before(range)));
    }

    /** Cuts a range of which nothing is read in two of about the same size; it stays whole where there is no place to. */
    public List<RangeOffset> halved(RangeOffset range) {
        return cutAt(range, RangeCutter.cuts(source, from(range), before(range), 2));
    }

    /** Cuts a range of which nothing is read at those of some ascending keys that lie within. */
    public List<RangeOffset> cutAt(RangeOffset range, String... keys) {
        List<Ranks.Place> places = Stream.of(keys)
                .filter(key -> KeyOrder.isBelow(next(range), key) && endsAbove(range, key))
                .map(key -> new Ranks.Place(source.of(key), key))
                .toList();
        return cutAt(range, places);
    }

    private List<RangeOffset> cutAt(RangeOffset range, List<Ranks.Place> places) {
        return places.isEmpty() ? List.of(range) : range.cutAt(source.of(next(range)), cuts(places));
    }

    private static List<RangeOffset.Cut> cuts(List<Ranks.Place> places) {
        return places.stream()
                .map(place -> new RangeOffset.Cut(new DocumentId(place.id()), place.rank()))
                .toList();
    }

    private static boolean isSettled(RangeOffset range) {
        return range.done() || range.rank().isPresent();
    }

    private Stream<RangeOffset> cut(RangeOffset range) {
        String from = from(range);
        String before = before(range);
        long first = source.of(next(range));
        int wanted = RangeCutter.ranges(source.of(before) - first);
        List<Ranks.Place> places = RangeCutter.cuts(source, from, before, wanted);
        if (places.isEmpty() && wanted > 1) {
            // The last document may have gone just when it was asked for.
            places = RangeCutter.cuts(source, from, before, wanted);
        }
        return range.cutAt(first, cuts(places)).stream();
    }
}
