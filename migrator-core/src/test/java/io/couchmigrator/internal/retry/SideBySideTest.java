// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.TargetException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SideBySideTest {
    private final StopSignal stop = new StopSignal();
    private final SideBySide sideBySide = new SideBySide(stop);

    @AfterEach
    void close() {
        sideBySide.close();
    }

    @Test
    void returnsWhatTheyReturnInTheirOrder() {
        assertThat(sideBySide.<Integer>all(List.of(() -> 1, () -> 2, () -> 3))).containsExactly(1, 2, 3);
        assertThat(stop.isRequested()).isFalse();
    }

    @Test
    void goesOnInTheCallersThreadAtTheSameTime() {
        CountDownLatch met = new CountDownLatch(2);
        Supplier<Thread> meeting = () -> {
            met.countDown();
            await(met);
            return Thread.currentThread();
        };

        List<Thread> threads = sideBySide.all(List.of(meeting, meeting));

        assertThat(threads.get(0)).isNotSameAs(Thread.currentThread());
        assertThat(threads.get(1)).isSameAs(Thread.currentThread());
    }

    @Test
    void usesNoThreadForOneAlone() {
        assertThat(sideBySide.all(List.of(Thread::currentThread))).containsExactly(Thread.currentThread());
    }

    @Test
    void stopsTheOthersWhereOneFailsAndThrowsThat() {
        Supplier<Integer> waiting = () -> {
            stop.pause(Duration.ofMinutes(10));
            throw new AssertionError("was not stopped");
        };

        assertThatThrownBy(() -> sideBySide.all(List.of(waiting, failing(new TargetException("away")), waiting)))
                .isInstanceOf(TargetException.class)
                .hasMessage("away")
                .hasNoSuppressedExceptions();
    }

    @Test
    void throwsTheGravestOfSeveralAndForgetsNone() {
        TargetException away = new TargetException("away");
        IllegalStateException bug = new IllegalStateException("bug");

        assertThatThrownBy(() -> sideBySide.all(List.of(failing(bug), failing(away))))
                .isSameAs(bug)
                .hasSuppressedException(away);
        assertThatThrownBy(() -> sideBySide.all(List.of(failing(away), failing(bug))))
                .isSameAs(bug);
    }

    @Test
    void waitsForAllOfThemAlsoWhereTheCallerIsInterrupted() {
        Thread caller = Thread.currentThread();
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Supplier<Boolean> slow = () -> {
            begun.countDown();
            Awaitility.await().until(() -> caller.getState() == Thread.State.WAITING);
            ended.set(true);
            return true;
        };
        Supplier<Boolean> interrupted = () -> {
            await(begun);
            Thread.currentThread().interrupt();
            return true;
        };

        List<Boolean> results = sideBySide.all(List.of(slow, interrupted));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).isTrue();
        assertThat(results).containsExactly(true, true);
    }

    /** Kotlin, Scala, Groovy and Lombok throw checked exceptions where Java would have to declare them. */
    @Test
    void throwsAlsoACheckedExceptionThatNothingDeclares() {
        IOException undeclared = new IOException("undeclared");

        for (List<Supplier<Integer>> parts : List.of(
                List.<Supplier<Integer>>of(() -> 1, undeclaring(undeclared)),
                List.<Supplier<Integer>>of(undeclaring(undeclared), () -> 1))) {
            assertThatThrownBy(() -> sideBySide.all(parts))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("java.io.IOException");
        }
        assertThat(stop.isRequested()).isTrue();
    }

    private static Supplier<Integer> undeclaring(Exception failure) {
        return () -> {
            SideBySideTest.<RuntimeException>throwAny(failure);
            return 1;
        };
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwAny(Exception failure) throws E {
        throw (E) failure;
    }

    private static Supplier<Integer> failing(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
