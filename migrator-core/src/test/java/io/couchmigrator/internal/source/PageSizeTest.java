// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PageSizeTest {
    private static final long MB = 1 << 20;

    @Test
    void asksForFewUntilItKnowsHowLargeDocumentsAre() {
        PageSize size = new PageSize(1000);

        assertThat(size.rows()).isEqualTo(100);
        assertThat(size.isBuffered(100)).isFalse();
    }

    @Test
    void asksForAPageOfTwoMegabytes() {
        assertThat(after(4, 4 * 1024, 1000).rows()).isEqualTo(2000);
        assertThat(after(4, 4 * 16 * 1024, 100).rows()).isEqualTo(128);
        assertThat(after(4, 4 * 8 * MB, 1000).rows()).isEqualTo(1);
    }

    @Test
    void neverAsksForMoreThanTwoThousandSmallDocumentsUnlessABatchHoldsMore() {
        assertThat(after(4, 4 * 10, 1000).rows()).isEqualTo(2000);
        assertThat(after(4, 4 * 10, 5000).rows()).isEqualTo(5000);
        assertThat(after(4, 4 * 10, Integer.MAX_VALUE).rows()).isEqualTo(10_000);
    }

    @Test
    void asksForAWholeBatchUnlessThatIsTooLarge() {
        assertThat(after(4, 4 * 4096, 1000).rows()).isEqualTo(1000);
        assertThat(after(4, 4 * 64 * 1024, 1000).rows()).isEqualTo(128);
    }

    @Test
    void followsWhatItSees() {
        PageSize size = after(4, 4 * 1024, 10);
        for (int page = 0; page < 30; page++) {
            size.seen(100, 100 * 64 * 1024);
        }

        assertThat(size.rows()).isBetween(30, 40);

        size.seen(0, 100);
        assertThat(size.rows()).as("an empty page tells nothing").isBetween(30, 40);
    }

    @Test
    void letsTheServerHoldNoPageThatMayBeLarge() {
        assertThat(after(4, 4 * 1024, 1000).isBuffered(2000)).isTrue();
        assertThat(after(4, 4 * 8 * MB, 1000).isBuffered(2)).isFalse();
        assertThat(after(4, 4 * 1024, 1000).isBuffered(1)).isFalse();
    }

    private static PageSize after(long rows, long bytes, int chunkSize) {
        PageSize size = new PageSize(chunkSize);
        size.seen(rows, bytes);
        return size;
    }
}
