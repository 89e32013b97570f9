// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Progress.Speed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    @Test
    void takesAHundredYearsAtMost() {
        assertThat(new Speed(4, 0).timeFor(10)).isEqualTo(Duration.ofMillis(2_500));
        assertThat(new Speed(0, 0).timeFor(1)).isEqualTo(Duration.ofDays(36_500));
        assertThat(new Speed(1e-9, 0).timeFor(Long.MAX_VALUE)).isEqualTo(Duration.ofDays(36_500));
    }
}
