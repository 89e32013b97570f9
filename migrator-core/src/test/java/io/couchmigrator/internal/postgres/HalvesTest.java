// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HalvesTest {
    private final List<Integer> done = new ArrayList<>();
    private final List<String> alone = new ArrayList<>();
    private int attempts;

    @Test
    void attemptsItOnceWhereNothingIsRefused() {
        halve(IntStream.range(0, 100).boxed().toList(), Set.of());

        assertThat(attempts).isEqualTo(1);
        assertThat(done).hasSize(100);
        assertThat(alone).isEmpty();
    }

    @Test
    void leavesThoseAloneThatAreRefusedAndDoesAllOthersInOrder() {
        halve(IntStream.range(0, 10).boxed().toList(), Set.of(0, 6, 7));

        assertThat(done).containsExactly(1, 2, 3, 4, 5, 8, 9);
        assertThat(alone).containsExactly("0 of 22000", "6 of 22000", "7 of 22000");
    }

    @Test
    void takesAboutTwoAttemptsForEachHalving() {
        halve(IntStream.range(0, 1024).boxed().toList(), Set.of(700));

        assertThat(attempts).isEqualTo(1 + 2 * 10);
    }

    @Test
    void endsWithAnyOtherFailure() {
        assertThatThrownBy(() -> Halves.of(
                        List.of(1, 2),
                        some -> {
                            throw new IllegalStateException("no refusal");
                        },
                        (one, fault) -> alone.add("" + one)))
                .hasMessage("no refusal");
        assertThat(alone).isEmpty();
    }

    private void halve(List<Integer> all, Set<Integer> culprits) {
        Halves.of(
                all,
                some -> {
                    attempts++;
                    if (some.stream().anyMatch(culprits::contains)) {
                        throw new RefusedException(SqlFault.of(new SQLException("no", "22000")));
                    }
                    done.addAll(some);
                },
                (one, fault) -> alone.add(one + " of " + fault.sqlState()));
    }
}
