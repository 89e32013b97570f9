// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.SourceRow;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RowPageTest {
    private static final int SHARE = 2 << 20;
    private static final int LARGE = 1 << 20;

    private final RowPage page = new RowPage(SHARE);

    @Test
    void beginsWithOneAndAsksForMoreWhileRowsAreSmall() {
        assertThat(page.rows()).isEqualTo(1);

        for (int expected : List.of(10, 100, 1000, 1000)) {
            came(page.rows(), "x");
            assertThat(page.rows()).isEqualTo(expected);
        }
    }

    @Test
    void asksForAsManyAsOneWorkerMayHold() {
        came(1, "x".repeat(LARGE / 10));

        assertThat(page.rows()).isEqualTo(10);

        came(10, "x".repeat(LARGE));

        assertThat(page.rows()).isEqualTo(1);
    }

    @Test
    void asksForOneOfWhatIsLargerThanThat() {
        came(1, "x".repeat(2 * SHARE));

        assertThat(page.rows()).isEqualTo(1);
    }

    @Test
    void countsWhatIsLongInAnyType() {
        for (Object value : List.of("x".repeat(LARGE), new byte[LARGE], new String[] {"x".repeat(LARGE)})) {
            assertThat(RowPage.bytes(row(value))).isBetween((long) LARGE, LARGE + 100L);
        }
        assertThat(RowPage.bytes(new SourceRow(1, Collections.singletonMap("v", null))))
                .isLessThan(100);
    }

    private void came(int rows, String value) {
        page.seen(Collections.nCopies(rows, TableFeed.found(row(value))));
    }

    private static SourceRow row(Object value) {
        return new SourceRow(1, Map.of("v", value));
    }
}
