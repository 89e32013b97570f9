// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CloserTest {
    private final List<String> closed = new ArrayList<>();

    @Test
    void closesTheLatestFirstAndSaysWhatItCouldNotClose() {
        Closer closer = new Closer(new Narrator(line -> {}));
        closer.add(() -> closed.add("first"));
        closer.add(() -> {
            throw new IllegalStateException("made by the test");
        });
        closer.add(() -> closed.add("last"));

        assertThatThrownBy(closer::close)
                .hasMessage("not all that the demo opened could be closed")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .hasToString("java.lang.IllegalStateException: made by the test"));
        assertThat(closed).containsExactly("last", "first");
    }
}
