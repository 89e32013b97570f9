// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ThrottleTest {
    private final StopSignal stop = new StopSignal();
    private final AtomicLong now = new AtomicLong(-5);

    @Test
    void forgivesWhatWasReadWhenItIsChanged() {
        Throttle throttle = new Throttle(1, 4, stop, now::get);
        throttle.read(3600);

        throttle.limit(2);
        throttle.pay();
        throttle.read(4);

        assertThat(throttle.debt()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void waitsForNothingWithoutALimit() {
        Throttle throttle = new Throttle(0, 4, stop, now::get);
        throttle.read(1_000_000);

        throttle.pay();

        assertThat(throttle.most(2000)).isEqualTo(2000);
        assertThat(throttle.debt()).isEqualTo(Duration.ZERO);
    }

    @Test
    void addsUpWhatAllWorkersRead() {
        Throttle throttle = new Throttle(100, 4, stop, now::get);

        throttle.read(50);
        throttle.read(100);

        assertThat(throttle.debt()).isEqualTo(Duration.ofMillis(1500));
        pass(Duration.ofMillis(1400));
        assertThat(throttle.debt()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void savesNothingUpWhileNobodyReads() {
        Throttle throttle = new Throttle(100, 4, stop, now::get);
        pass(Duration.ofHours(1));

        throttle.read(100);

        assertThat(throttle.debt()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void letsThePagesOfAllWorkersBeNoBurstOfMoreThanASecond() {
        assertThat(new Throttle(100, 4, stop, now::get).most(2000)).isEqualTo(25);
        assertThat(new Throttle(5000, 2, stop, now::get).most(2000)).isEqualTo(2000);
    }

    @Test
    void waitsNoLongerThanTheRun() {
        Throttle throttle = new Throttle(1, 4, stop, now::get);
        throttle.read(3600);
        stop.request();

        assertThatThrownBy(throttle::pay).isInstanceOf(StoppedException.class);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
