// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Progress.Whole;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.StageOffset;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class StageStateTest {
    private final StageState state = new StageState(
            StageOffset.planned(
                    "orders", 1, Optional.empty(), null, 10, Instant.EPOCH, List.of(RangeOffset.of(null, null))),
            () -> {});

    @Test
    void knowsHowMuchThereIsOfAllStages() {
        assertThat(whole(OptionalLong.of(20))).isEqualTo(new Whole(5, OptionalLong.of(30), Optional.empty()));
    }

    @Test
    void doesNotKnowHowMuchThereIsWhereAnotherStageIsNotCounted() {
        assertThat(whole(OptionalLong.empty())).isEqualTo(new Whole(5, OptionalLong.empty(), Optional.empty()));
    }

    private Whole whole(OptionalLong totalOfOthers) {
        return state.progress("", Duration.ZERO, new Whole(5, totalOfOthers, Optional.empty()))
                .whole();
    }
}
