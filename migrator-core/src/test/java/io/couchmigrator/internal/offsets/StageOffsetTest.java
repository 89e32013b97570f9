// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StageOffsetTest {
    private static final DocumentId F = new DocumentId("f");
    private static final DocumentId M = new DocumentId("m");

    @Test
    void leavesWhatIsBetweenWhereItsRangesStandAndWhereTheyEnd() {
        RangeOffset done = RangeOffset.of(null, F, 0)
                .advanced(new DocumentId("e"), read(9))
                .finished();
        RangeOffset begun = RangeOffset.of(F, M, 10).advanced(new DocumentId("h"), read(4));
        RangeOffset untouched = RangeOffset.of(M, null, 25);

        assertThat(stage(40, done, begun, untouched).left())
                .as("nothing of the first, though one of its ten is gone, 11 of the second, 15 of the third")
                .isEqualTo(11 + 15);
    }

    @Test
    void leavesTheRestOfItsTotalWithoutRanks() {
        RangeOffset range = RangeOffset.of(null, null).advanced(F, read(15));

        assertThat(stage(40, range).left()).isEqualTo(25);
        assertThat(stage(10, range).left()).isZero();
    }

    private static Tallies read(long read) {
        return new Tallies(read, read, 0, 0, 0, 0);
    }

    private static StageOffset stage(long total, RangeOffset... ranges) {
        return new StageOffset(
                "orders",
                1,
                Optional.empty(),
                Phase.READING,
                null,
                total,
                Instant.EPOCH,
                null,
                List.of(ranges),
                Tallies.NONE,
                List.of(),
                List.of());
    }
}
