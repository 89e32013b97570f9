// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Writer;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class GuardedWriterTest {
    /** One that is not overridden would be answered by its default, whatever the writer says. */
    @Test
    void passesEveryCallOn() {
        assertThat(Arrays.stream(Writer.class.getMethods()).map(Method::getName))
                .isSubsetOf(Arrays.stream(GuardedWriter.class.getDeclaredMethods())
                        .map(Method::getName)
                        .toList());
    }
}
