// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AscentTest {
    private static final String BEYOND = "\ud83d\ude00";
    private static final String BEFORE = "\uf900";

    private static final RangeOffset ALL = RangeOffset.of(null, null);

    @ParameterizedTest
    @ValueSource(longs = {-1, 0})
    void takesEachIdThatIsAboveTheLast(long rank) {
        assertThat(taken(rank < 0 ? ALL : ALL.ranked(rank), "A", "_design/a", "a", "aa", "b\0", "b\0\0", "\u00e4"))
                .isEqualTo(7);
    }

    @Test
    void refusesOneAgain() {
        assertThat(taken(ALL, "a", "b", "b")).isEqualTo(2);
    }

    @Test
    void refusesOneThatIsBelow() {
        assertThat(taken(ALL, "a", "c", "b")).isEqualTo(2);
    }

    @Test
    void beginsAtTheFirstOfItsRange() {
        RangeOffset range = RangeOffset.of(new DocumentId("m"), null);

        assertThat(taken(range, "m", "n")).isEqualTo(2);
        assertThat(taken(range, "l")).isZero();
        assertThat(taken(range, "m", "m")).isEqualTo(1);
    }

    @Test
    void beginsAfterTheLastThatWasCommitted() {
        RangeOffset range = ALL.advanced(new DocumentId("m"), Tallies.NONE);

        assertThat(taken(range, "m\0")).isEqualTo(1);
        assertThat(taken(range, "m")).isZero();
    }

    @Test
    void ordersByCodePointsWhereTheServerTellsRanks() {
        assertThat(taken(ALL.ranked(0), BEFORE, BEYOND)).isEqualTo(2);
        assertThat(taken(ALL.ranked(0), BEYOND, BEFORE)).isEqualTo(1);
    }

    @Test
    void takesEitherOrderOfSurrogatesWhereItTellsNone() {
        assertThat(taken(ALL, BEFORE, BEYOND)).isEqualTo(2);
        assertThat(taken(ALL, BEYOND, BEFORE)).isEqualTo(2);
    }

    /** Returns how many are taken before the first that is refused. */
    private static long taken(RangeOffset at, String... ids) {
        Ascent ascent = new Ascent(at);
        return List.of(ids).stream().takeWhile(ascent::goesOnTo).count();
    }
}
