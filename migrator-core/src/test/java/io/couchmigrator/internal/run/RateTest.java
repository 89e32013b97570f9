// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Progress.Speed;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateTest {
    private final Rate rate = new Rate();
    /** Where {@link System#nanoTime} begins is nobody's business. */
    private long now = Long.MAX_VALUE - TimeUnit.MINUTES.toNanos(1);

    private long read = 1_000_000;

    @Test
    void isNotKnownBeforeSomeSecondsAndSomeBatches() {
        looks(5, 100);
        assertThat(rate.speed()).isEmpty();

        looks(1, 100);

        assertThat(rate.speed()).contains(new Speed(100, 1_000));
    }

    @Test
    void isNotKnownOfAStageThatBroughtABatchOrTwo() {
        looks(30, 0);
        looks(2, 1_000);

        assertThat(rate.speed()).isEmpty();
    }

    @Test
    void isThatOfTheLastMinutes() {
        looks(3_600, 10);
        looks(300, 500);

        assertThat(rate.speed()).contains(new Speed(500, 5_000));
    }

    @Test
    void doesNotCountWhatAServerWasAwayFor() {
        looks(11, 100);
        for (int second = 0; second < 600; second++) {
            now += TimeUnit.SECONDS.toNanos(1);
            rate.look(now, read, 10 * read, true);
        }

        looks(10, 100);

        assertThat(rate.speed()).contains(new Speed(100, 1_000));
    }

    @Test
    void doesNotCountWhatTheProcessStoodStillFor() {
        looks(11, 100);
        now += TimeUnit.HOURS.toNanos(1);

        looks(10, 100);

        assertThat(rate.speed().orElseThrow().documents()).isBetween(95.0, 100.0);
    }

    @Test
    void countsWhatAThrottleWaits() {
        looks(1, 0);
        for (int turn = 0; turn < 10; turn++) {
            looks(4, 0);
            looks(1, 100);
        }

        assertThat(rate.speed().orElseThrow().documents()).isEqualTo(20);
    }

    @Test
    void isLostOnceNothingCameForMinutes() {
        looks(60, 100);
        looks(301, 0);

        assertThat(rate.speed()).isEmpty();
    }

    @Test
    void takesNoteOfNothingThatIsReadAgain() {
        looks(6, 100);
        read -= 100_000;

        looks(5, 100);

        assertThat(rate.speed().orElseThrow().documents()).isPositive().isLessThanOrEqualTo(100);
    }

    /** Looks so often, each second, at what brought so many documents more, of 10 bytes each. */
    private void looks(int seconds, int documents) {
        for (int second = 0; second < seconds; second++) {
            now += TimeUnit.SECONDS.toNanos(1);
            read += documents;
            rate.look(now, read, 10 * read, false);
        }
    }
}
