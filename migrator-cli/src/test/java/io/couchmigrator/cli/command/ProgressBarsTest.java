// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Speed;
import io.couchmigrator.Progress.Whole;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProgressBarsTest {
    private static final Progress PROGRESS = new Progress(
            "commcarehq",
            "CommCareAudio",
            9_310_220,
            4_204_000,
            0,
            4_204_000,
            0,
            3,
            12_345_678,
            Duration.ofMinutes(20),
            Optional.of(new Speed(12_345, 3_210_000)),
            Optional.of(Duration.ofSeconds(413)),
            new Whole(4_204_000, OptionalLong.of(12_310_220), Optional.of(Duration.ofSeconds(656))));

    @Test
    void showsTheStageAndAllInEightyColumns() {
        assertThat(ProgressBars.of(PROGRESS, 79))
                .containsExactly(
                        "commcarehq     [####......]  45% 12.3k/s 3.21MB/s 12.3M rows 3 rej. ETA 0:06:53",
                        "all            [#######..............]  34% 4,204,000 of 12,310,220 ETA 0:10:56");
    }

    @Test
    void saysWhereItDoesNotKnow() {
        Progress begun = new Progress(
                "orders",
                "",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                new Whole(0, OptionalLong.empty(), Optional.empty()));

        assertThat(ProgressBars.of(begun, 79).get(0))
                .contains("?B/s", "?/s", "100%")
                .endsWith(" ETA ?");
        assertThat(ProgressBars.of(begun, 79).get(1))
                .contains("  ? 0 of ? ETA ?")
                .doesNotContain("#", "%");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 10, 19, 29, 40, 60, 79, 199})
    void isNeverWiderThanTheTerminalOrEightyColumns(int columns) {
        assertThat(ProgressBars.of(PROGRESS, columns)).hasSize(2).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(Math.min(columns, 80)));
    }

    @Test
    void keepsTheTimeToGoOnANarrowTerminal() {
        assertThat(ProgressBars.of(PROGRESS, 19).get(0)).isEqualTo("commca  ETA 0:06:53");
    }
}
