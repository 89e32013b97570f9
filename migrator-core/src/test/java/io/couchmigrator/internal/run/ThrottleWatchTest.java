// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThrottleWatchTest {
    private final Failures failures = new Failures();
    private final AtomicInteger heeded = new AtomicInteger();

    @Test
    void hasLookedBeforeTheRunGoesOn() {
        try (ThrottleWatch watch = watch(Duration.ofSeconds(30))) {
            assertThat(heeded).hasPositiveValue();
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void keepsNeitherTheStartNorTheEndWaitingAndTellsNothingAfterThat() {
        CountDownLatch mounted = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);

        ThrottleWatch watch = new ThrottleWatch(
                () -> {
                    Uninterruptibles.awaitUninterruptibly(mounted);
                    seen.countDown();
                    return heeded::incrementAndGet;
                },
                Duration.ofMillis(1),
                failures::add);
        watch.close();
        mounted.countDown();
        Uninterruptibles.awaitUninterruptibly(seen);
        await().until(() -> threads() == 0);

        assertThat(heeded).hasValue(0);
    }

    @Test
    void goesOnAfterALookThatFails() {
        AtomicInteger looks = new AtomicInteger();

        try (ThrottleWatch watch = new ThrottleWatch(
                () -> {
                    if (looks.incrementAndGet() == 1) {
                        throw new IllegalStateException("made by the test");
                    }
                    return heeded::incrementAndGet;
                },
                Duration.ofSeconds(30),
                failures::add)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> heeded.get() > 0);
            assertThat(watch).isNotNull();
        }

        assertThat(failures.bug()).hasMessage("made by the test");
    }

    private ThrottleWatch watch(Duration longestFirstLook) {
        return new ThrottleWatch(() -> heeded::incrementAndGet, longestFirstLook, failures::add);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("migrator-throttle"))
                .count();
    }
}
