// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.ranges.Ranks.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RangeCutterTest {
    private static final int IDS = 20_000;
    private static final int RANGES = 64;

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "1999,1", "2000,2", "2999,2", "63999,63", "64000,64", "100000000,64"})
    void cutsNoRangeBelowAThousandAndNoMoreThan64(long ids, int ranges) {
        assertThat(RangeCutter.ranges(ids)).isEqualTo(ranges);
    }

    @ParameterizedTest
    @EnumSource
    void cutsEvenlyWithFewQuestions(IdShape shape) {
        SortedIds ids = shape.ids(IDS);

        List<Place> cuts = RangeCutter.cuts(ids, null, null, RANGES);

        assertEven(shape, ids, cuts, 0, ids.count());
    }

    @ParameterizedTest
    @EnumSource
    void cutsAPartEvenlyWithFewQuestions(IdShape shape) {
        SortedIds ids = shape.ids(IDS);
        int from = ids.count() / 7;
        int to = ids.count() - ids.count() / 5;

        List<Place> cuts = RangeCutter.cuts(ids, ids.all().get(from), ids.all().get(to), RANGES);

        assertEven(shape, ids, cuts, from, to);
    }

    @Test
    void tellsTheRankOfEachCut() {
        SortedIds ids = IdShape.NUMBERS.ids(IDS);

        List<Place> cuts = RangeCutter.cuts(ids, null, null, RANGES);

        assertThat(cuts).allSatisfy(cut -> assertThat(cut.rank()).isEqualTo(ids.rank(cut.id())));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "2,1", "3,2", "63,62", "64,63", "65,63"})
    void makesNoEmptyRangesOfFewIds(int count, int cuts) {
        assertThat(RangeCutter.cuts(IdShape.PADDED_NUMBERS.ids(count), null, null, RANGES))
                .hasSize(cuts);
    }

    @Test
    void asksNothingForOneRange() {
        SortedIds ids = IdShape.NUMBERS.ids(10);

        assertThat(RangeCutter.cuts(ids, null, null, 1)).isEmpty();

        assertThat(ids.questions()).isZero();
    }

    @Test
    void makesOneRangeWhereTheServerTellsNoRanks() {
        assertThat(RangeCutter.cuts(told(id -> Optional.empty()), null, null, RANGES))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0", "17"})
    void makesOneRangeWhereTheOffsetIsAlwaysTheSame(long offset) {
        Ranks ranks = told(id -> Optional.of(new Place(offset, id)));

        assertThat(RangeCutter.cuts(ranks, null, null, RANGES)).isEmpty();
        assertThat(RangeCutter.cuts(ranks, "1", null, RANGES)).isEmpty();
    }

    private static void assertEven(IdShape shape, SortedIds ids, List<Place> cuts, int from, int to) {
        List<Integer> sizes = sizes(ids, cuts, from, to);
        double mean = (double) (to - from) / RANGES;
        String seen = "%s: %.1f questions a cut, smallest range %.2f and largest %.2f of the mean (seed %d)"
                .formatted(
                        shape,
                        (double) ids.questions() / (RANGES - 1),
                        Collections.min(sizes) / mean,
                        Collections.max(sizes) / mean,
                        IdShape.SEED);
        assertThat(cuts).as(seen).hasSize(RANGES - 1);
        assertThat(sizes).as(seen).allSatisfy(size -> assertThat((double) size).isBetween(0.7 * mean, 1.3 * mean));
        assertThat(ids.questions()).as(seen).isLessThanOrEqualTo(shape.limit() * (RANGES - 1));
    }

    private static List<Integer> sizes(SortedIds ids, List<Place> cuts, int from, int to) {
        List<Integer> sizes = new ArrayList<>();
        int begin = from;
        for (Place cut : cuts) {
            sizes.add(ids.rank(cut.id()) - begin);
            begin = ids.rank(cut.id());
        }
        sizes.add(to - begin);
        return sizes;
    }

    /** What a server tells that has ids, but other offsets than ranks. */
    private static Ranks told(Function<String, Optional<Place>> answer) {
        SortedIds ids = IdShape.NUMBERS.ids(5_000);
        return new Ranks() {
            @Override
            public Optional<Place> from(String key) {
                return ids.from(key).map(Place::id).flatMap(answer);
            }

            @Override
            public Optional<String> before(@Nullable String key) {
                return ids.before(key);
            }
        };
    }
}
