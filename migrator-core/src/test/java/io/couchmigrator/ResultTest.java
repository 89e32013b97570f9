// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResultTest {
    @Test
    void throwsTheFirstFailureWithEachOfTheOthersOnceHoweverOften() {
        MigrationException first = new TargetException("first");
        MigrationException second = new SourceException("second");
        MigrationException third = new SourceException("third");
        Result result = new Result(
                Outcome.TARGET_FAILED,
                Tallies.NONE,
                0,
                0,
                0,
                0,
                0,
                Result.Audit.NONE,
                Result.Gaps.NONE,
                List.of(first, second, third),
                Duration.ZERO);

        assertThatThrownBy(result::orThrow).isSameAs(first);
        assertThatThrownBy(result::orThrow).isSameAs(first);

        assertThatThrownBy(result::orThrow)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(second, third));
    }
}
