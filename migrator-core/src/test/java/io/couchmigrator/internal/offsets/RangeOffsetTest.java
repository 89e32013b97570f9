// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RangeOffset.Cut;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class RangeOffsetTest {
    private static final DocumentId A = new DocumentId("a");
    private static final DocumentId D = new DocumentId("d");
    private static final DocumentId G = new DocumentId("g");
    private static final DocumentId K = new DocumentId("k");

    @Test
    void keepsWhatWasReadInTheFirstOfTheRangesItIsCutInto() {
        Tallies two = new Tallies(2, 2, 0, 0, 2, 0);
        RangeOffset range = RangeOffset.of(A, null).advanced(new DocumentId("b"), two);

        assertThat(range.cutAt(12, List.of(new Cut(D, 20), new Cut(G, 30))))
                .containsExactly(
                        new RangeOffset(A, D, new DocumentId("b"), OptionalLong.of(12), false, two),
                        RangeOffset.of(D, G, 20),
                        RangeOffset.of(G, null, 30));
    }

    @Test
    void endsTheLastWhereItEnded() {
        assertThat(RangeOffset.of(null, K).cutAt(0, List.of(new Cut(G, 7))))
                .containsExactly(RangeOffset.of(null, G, 0), RangeOffset.of(G, K, 7));
    }

    @Test
    void knowsItsRankAlsoIfItIsNotCut() {
        assertThat(RangeOffset.of(A, K).cutAt(5, List.of())).containsExactly(RangeOffset.of(A, K, 5));
    }

    @Test
    void countsOnFromItsRank() {
        RangeOffset range = RangeOffset.of(A, K, 5).advanced(D, new Tallies(3, 1, 1, 1, 0, 0));

        assertThat(range.rank()).hasValue(8);
        assertThat(range.begun()).isEqualTo(RangeOffset.of(A, K, 5));
        assertThat(RangeOffset.of(A, K).advanced(D, Tallies.NONE).rank()).isEmpty();
    }
}
