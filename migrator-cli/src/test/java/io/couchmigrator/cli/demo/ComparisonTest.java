// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.commcare.ExpectedRow;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
    private static final ExpectedRow A = row("a", 1);
    private static final ExpectedRow B = row("b", 1);

    @Test
    void findsTheSameRowsInAnyOrderExact() {
        assertThat(Comparison.of(List.of(A, B), List.of(B, A)).exact()).isTrue();
    }

    @Test
    void countsWhatIsMissingDoubledOrWrong() {
        assertThat(Comparison.of(List.of(A, B), List.of(A))).isEqualTo(new Comparison(1, 0, 0));
        assertThat(Comparison.of(List.of(A, B), List.of(A, B, B))).isEqualTo(new Comparison(0, 1, 0));
        assertThat(Comparison.of(List.of(A, B), List.of(A, row("b", 2)))).isEqualTo(new Comparison(0, 0, 1));
        assertThat(Comparison.of(List.of(A), List.of(A, B))).isEqualTo(new Comparison(0, 0, 1));
    }

    private static ExpectedRow row(String key, long contentLength) {
        return new ExpectedRow("domain", 2, "parent", "name", key, null, contentLength);
    }
}
