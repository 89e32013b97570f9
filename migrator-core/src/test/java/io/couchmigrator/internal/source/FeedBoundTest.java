// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FeedBoundTest {
    private static final int PAGE = 100;

    /** A cluster of two shards that sends what the first has before anything of the second. */
    private static final class Shards {
        private long first;
        private long second;
        private long read;

        Shards(long first, long second) {
            this.first = first;
            this.second = second;
        }

        long pending() {
            return first + second;
        }

        void page() {
            long ofFirst = Math.min(first, PAGE);
            long ofSecond = Math.min(second, PAGE - ofFirst);
            first -= ofFirst;
            second -= ofSecond;
            read += ofFirst + ofSecond;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50, 90, 99})
    void readsAllOfAShardThatComesAfterWhatIsWrittenMeanwhileToAnother(int writtenWithEachPage) {
        Shards shards = new Shards(200, 1_000);

        read(shards, writtenWithEachPage);

        assertThat(shards.second).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 101, 300})
    void endsWhereAsMuchIsWrittenAsIsRead(int writtenWithEachPage) {
        Shards shards = new Shards(200, 1_000);

        read(shards, writtenWithEachPage);

        assertThat(shards.read).isGreaterThanOrEqualTo(2_400);
    }

    @Test
    void endsAtOnceWithAllThatWasPendingWhereNothingIsWritten() {
        Shards shards = new Shards(200, 1_000);

        read(shards, 0);

        assertThat(shards.read).isEqualTo(1_200);
        assertThat(shards.pending()).isZero();
    }

    @Test
    void endsAfterAsManyChangesAsThereAreDocumentsWhereTheSourceDoesNotTell() {
        FeedBound bound = new FeedBound(50);

        assertThat(bound.allows(49, 0)).isTrue();
        assertThat(bound.allows(50, 0)).isFalse();
    }

    private static void read(Shards shards, int writtenWithEachPage) {
        FeedBound bound = new FeedBound(shards.pending());
        do {
            shards.page();
            shards.first += writtenWithEachPage;
        } while (bound.allows(shards.read, shards.pending()));
    }
}
