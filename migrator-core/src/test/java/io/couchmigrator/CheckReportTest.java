// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TableCheck.State;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CheckReportTest {
    private static final TableName ORDERS = TableName.of("orders");

    @ParameterizedTest
    @EnumSource(State.class)
    void tellsHowManyRowsThereAreWhereTheyWereCountedOrEstimatedAlone(State state) {
        boolean known = state == State.COUNTED || state == State.ESTIMATED;
        OptionalLong right = known ? OptionalLong.of(0) : OptionalLong.empty();
        OptionalLong wrong = known ? OptionalLong.empty() : OptionalLong.of(0);

        assertThat(new TableCheck(ORDERS, state, right).rows()).isEqualTo(right);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TableCheck(ORDERS, state, wrong))
                .withMessageContaining(state.toString());
    }
}
