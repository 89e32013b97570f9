// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FunctionFaultTest {
    @Test
    void keepsClassesAndTracesButNoMessage() {
        NumberFormatException cause = new NumberFormatException("For input string: \"secret\"");
        IllegalArgumentException thrown = new IllegalArgumentException("secret", cause);

        FunctionFault fault = FunctionFault.of(thrown);

        assertThat(fault).hasMessageContaining(IllegalArgumentException.class.getName());
        assertThat(fault).cause().hasMessageContaining(NumberFormatException.class.getName());
        assertThat(fault.getStackTrace()).isEqualTo(thrown.getStackTrace());
        assertThat(fault).hasMessageNotContaining("secret").cause().hasMessageNotContaining("secret");
    }

    @Test
    void endsWhereCausesGoInACircle() {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second", first);
        first.initCause(second);

        assertThat(FunctionFault.of(first)).hasMessageContaining(IllegalStateException.class.getName());
    }
}
