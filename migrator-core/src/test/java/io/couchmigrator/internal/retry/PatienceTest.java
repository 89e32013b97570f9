// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.Listener.Wait;
import io.couchmigrator.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Time passes only by what the attempts and the pauses take. */
final class PatienceTest {
    private static final Duration MAX_OUTAGE = Duration.ofMinutes(10);
    private final SourceException givenUp = new SourceException("given up");

    private final SteppedClock clock = new SteppedClock();
    private final StopSignal stop = new StopSignal();
    private final Listener listener = new Listener();
    private final Reporter reporter = new Reporter(
            listener, () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos());
    private final List<Duration> pauses = new ArrayList<>();
    private final Patience patience = patience(MAX_OUTAGE);
    private final Watch watch = new Watch(Duration.ofHours(1), reporter);

    @AfterEach
    void closeWatch() {
        watch.close();
    }

    @Test
    void returnsWhatTheFirstAttemptReturns() {
        assertThat(patience.<String>persist(() -> "answer")).isEqualTo("answer");
        assertThat(pauses).isEmpty();
        assertThat(listener.lines).isEmpty();
    }

    @Test
    void pausesLongerAndLongerButNeverNotAtAll() {
        List<Duration> ninths = new ArrayList<>();
        for (int run = 0; run < 200; run++) {
            pauses.clear();
            patience.persist(failing(9, null));
            for (int i = 0; i < 9; i++) {
                Duration longest = Duration.ofMillis(Math.min(30_000, 250L << i));
                assertThat(pauses.get(i)).isBetween(Duration.ofMillis(125), longest);
            }
            ninths.add(pauses.get(8));
        }
        assertThat(ninths).anyMatch(pause -> pause.compareTo(Duration.ofSeconds(15)) > 0);
    }

    @Test
    void leavesTheServerAloneForAsLongAsItAsks() {
        patience.persist(failing(1, Duration.ofSeconds(42)));

        assertThat(pauses).containsExactly(Duration.ofSeconds(42));
    }

    @Test
    void makesALastAttemptWhenTheOutageHasLastedTooLongAndGivesUp() {
        Instant began = clock.instant();
        List<Instant> attempts = new ArrayList<>();

        assertThatThrownBy(() -> patience.persist(() -> {
                    attempts.add(clock.instant());
                    throw new PassingException(givenUp, "no route", null);
                }))
                .isSameAs(givenUp);

        assertThat(attempts).last().isEqualTo(began.plus(MAX_OUTAGE));
    }

    /** A server that refuses is back; it is told as away no longer. */
    @Test
    void tellsThatAServerIsBackAlsoWhereItRefuses() {
        IllegalStateException refused = new IllegalStateException("refused");
        Patience.Attempt<String> recovering = failing(9, null);

        assertThatThrownBy(() -> patience.persist(() -> {
                    recovering.make();
                    throw refused;
                }))
                .isSameAs(refused);

        assertThat(listener.lines).containsOnlyOnce("recovered").last().isEqualTo("recovered");
    }

    @Test
    void doesNotTellThatAServerIsBackWhereItGivesUpOrIsStopped() {
        assertThatThrownBy(() -> patience.persist(failing(Integer.MAX_VALUE, null)))
                .isSameAs(givenUp);
        Patience.Attempt<String> away = failing(Integer.MAX_VALUE, null);
        List<Instant> attempts = new ArrayList<>();
        assertThatThrownBy(() -> patience.persist(() -> {
                    attempts.add(clock.instant());
                    if (attempts.size() == 9) {
                        stop.request();
                    }
                    return away.make();
                }))
                .isInstanceOf(StoppedException.class);

        assertThat(listener.lines).contains("waiting").doesNotContain("recovered");
    }

    @Test
    void givesUpAtOnceIfTheServerAsksForMoreThanTheOutageMayLast() {
        for (Duration asked : List.of(MAX_OUTAGE.plusSeconds(1), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatThrownBy(() -> patience.persist(failing(1, asked))).isSameAs(givenUp);
        }
        assertThat(pauses).isEmpty();
    }

    @Test
    void givesUpAtTheFirstFailureIfNoOutageIsBorne() {
        assertThatThrownBy(() -> patience(Duration.ZERO).persist(failing(1, null)))
                .isSameAs(givenUp);
        assertThatThrownBy(() -> ofChecks(Duration.ZERO).persist(failing(1, null)))
                .isSameAs(givenUp);
        assertThat(pauses).isEmpty();
    }

    @Test
    void bearsNoLongerOutageThanItsOwnWhenAskedForMore() {
        Instant began = clock.instant();

        assertThatThrownBy(() -> ofChecks(MAX_OUTAGE.multipliedBy(2)).persist(failing(10_000, null)))
                .isSameAs(givenUp);

        assertThat(clock.instant()).isEqualTo(began.plus(MAX_OUTAGE));
    }

    @Test
    void bearsAnOutageThatMayLastForEver() {
        Patience endless = patience(Duration.ofSeconds(Long.MAX_VALUE));

        String answer = endless.persist(failing(5, Duration.ofDays(3_650)));

        assertThat(answer).isEqualTo("answer");
        assertThat(pauses).hasSize(5).allSatisfy(pause -> assertThat(pause).hasDays(3_650));
    }

    @Test
    void tellsOfABlipOnlyThatItTriesAgain() {
        patience.persist(failing(1, null));

        assertThat(listener.lines).containsExactly("retrying");
    }

    @Test
    void tellsOfAnOutageWithinFiveSecondsThenEachMinuteThenThatItIsOver() {
        Instant began = clock.instant();

        patience.persist(() -> {
            if (clock.instant().isBefore(began.plusSeconds(200))) {
                throw new PassingException(givenUp, "no route", null);
            }
            return "answer";
        });

        assertThat(listener.waitingAt.get(0)).isBetween(began, began.plusSeconds(5));
        for (int i = 1; i < listener.waitingAt.size(); i++) {
            assertThat(Duration.between(listener.waitingAt.get(i - 1), listener.waitingAt.get(i)))
                    .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(91));
        }
        assertThat(listener.waitingAt).hasSizeBetween(3, 4);
        assertThat(listener.lines).last().isEqualTo("recovered");
        assertThat(listener.lines).containsOnlyOnce("recovered");
    }

    @Test
    void tellsAtOnceOfAnOutageWhoseAttemptsTakeLong() {
        int[] failures = {0};

        patience.persist(() -> {
            clock.advance(Duration.ofSeconds(10));
            if (failures[0]++ < 2) {
                throw new PassingException(givenUp, "no route", null);
            }
            return "answer";
        });

        assertThat(listener.lines).containsExactly("retrying", "waiting", "retrying", "recovered");
    }

    /** Each attempt takes long enough to be told of, and all together less than the minute after which it is told again. */
    @Test
    void tellsAllWorkersOutagesAsOne() {
        patience.persist(afterALongFailure(() -> patience.persist(afterALongFailure(() -> "answer"))));

        assertThat(listener.lines).filteredOn("waiting"::equals).hasSize(1);
        assertThat(listener.lines).containsOnlyOnce("recovered").last().isEqualTo("recovered");
    }

    /** The server may be another one after each pause of each worker, and for those that go on meanwhile. */
    @Test
    void countsThatAServerIsAwayFromAWorkerAndThatItIsAskedAgainThoughAnotherWorkerHasFoundItSince() {
        Deque<Runnable> inPauses = new ArrayDeque<>();
        Patience shared = new Patience("a server", MAX_OUTAGE, stop, reporter, clock, pause -> inPauses.pop()
                .run());
        List<Long> known = new ArrayList<>();
        inPauses.add(() -> {
            known.add(shared.turns());
            shared.persist(failing(1, null));
            known.add(shared.turns());
        });
        inPauses.add(() -> {});

        shared.persist(failing(1, null));

        known.add(shared.turns());
        assertThat(known.get(0)).isPositive();
        assertThat(known).doesNotHaveDuplicates();
    }

    @Test
    void countsNoAnswerThatBrokeAtOnePlaceAsAnOutage() {
        boolean[] broken = {false};

        patience.persist(() -> {
            if (!broken[0]) {
                broken[0] = true;
                throw new NarrowingException(givenUp);
            }
            return "answer";
        });

        assertThat(patience.turns()).isZero();
    }

    private Patience.Attempt<String> afterALongFailure(Patience.Attempt<String> then) {
        boolean[] failed = {false};
        return () -> {
            if (!failed[0]) {
                failed[0] = true;
                clock.advance(Duration.ofSeconds(10));
                throw new PassingException(givenUp, "no route", null);
            }
            return then.make();
        };
    }

    @Test
    void saysWhatItWaitsForAndUntilWhen() {
        Instant began = clock.instant();

        patience.persist(failing(1, null));

        assertThat(listener.outages)
                .containsExactly(
                        new Wait(Wait.Kind.OUTAGE, "a server", "no route", began, Optional.of(began.plus(MAX_OUTAGE))));
    }

    @Test
    void makesItsFirstAttemptEvenIfItIsToStopAndNoOther() {
        stop.request();

        assertThat(patience.persist(() -> "done")).isEqualTo("done");
        assertThatThrownBy(() -> patience.persist(failing(1, null))).isInstanceOf(StoppedException.class);
    }

    @Test
    void endsAPauseWhenItIsToStop() {
        Patience real = new Patience("a server", MAX_OUTAGE, stop, new Reporter(new StoppingListener()), clock);

        assertThatThrownBy(() -> real.persist(failing(1, Duration.ofMinutes(9))))
                .isInstanceOf(StoppedException.class);
    }

    /** Its interrupt status would be in the way of what an orderly end takes: files, connections. */
    @Test
    void stopsTheRunWhereAThreadThatPausesIsInterrupted() {
        Patience real = new Patience("a server", MAX_OUTAGE, stop, reporter, clock);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> real.persist(failing(1, Duration.ofMinutes(9))))
                .isInstanceOf(StoppedException.class);

        assertThat(stop.isInterrupted()).isTrue();
        assertThat(stop.isRequested()).isTrue();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void passesOnWhatIsNoPassingError() {
        assertThatThrownBy(() -> patience.persist(() -> {
                    throw givenUp;
                }))
                .isSameAs(givenUp);
        assertThat(listener.lines).isEmpty();
    }

    @Test
    void countsTheTimeOfASilentServerInChecks() {
        int[] attempts = {0};

        assertThatThrownBy(() -> ofChecks(Duration.ofSeconds(10)).persist(() -> {
                    attempts[0]++;
                    clock.advance(Duration.ofSeconds(60));
                    throw new PassingException(givenUp, "nothing came for 60 s", null);
                }))
                .isSameAs(givenUp);

        assertThat(attempts[0]).isEqualTo(1);
    }

    @Test
    void isAwayWhileChecksFindItSo() {
        List<Boolean> away = new ArrayList<>();

        ofChecks(Duration.ofSeconds(10)).persist(() -> {
            away.add(patience.isAway());
            if (away.size() < 2) {
                throw new PassingException(givenUp, "no route", null);
            }
            return "answer";
        });

        assertThat(away).containsExactly(false, true);
        assertThat(patience.isAway()).isFalse();
    }

    /** Whoever holds it is at work, and no mistake of who gave an address. */
    @Test
    void waitsForALockInChecksAsLongAsEver() {
        int[] failures = {0};
        Instant began = clock.instant();

        String answer = ofChecks(Duration.ofSeconds(10)).persist(() -> {
            clock.advance(Duration.ofSeconds(10));
            if (failures[0]++ < 20) {
                throw new LockedException(givenUp);
            }
            return "answer";
        });

        assertThat(answer).isEqualTo("answer");
        assertThat(clock.instant()).isAfter(began.plusSeconds(200));
        assertThat(listener.outages).allSatisfy(wait -> {
            assertThat(wait.kind()).isEqualTo(Wait.Kind.LOCK);
            assertThat(wait.until()).hasValue(began.plus(MAX_OUTAGE));
        });
    }

    /** A server that goes away while a lock is waited for is away only since then. */
    @Test
    void countsAnOutageThatComesAfterALockFromItsOwnBeginning() {
        int[] failures = {0};

        String answer = ofChecks(Duration.ofSeconds(10)).persist(() -> {
            clock.advance(Duration.ofSeconds(5));
            return switch (failures[0]++) {
                case 0, 1, 2 -> throw new LockedException(givenUp);
                case 3 -> throw new PassingException(givenUp, "no route", null);
                default -> "answer";
            };
        });

        assertThat(answer).isEqualTo("answer");
    }

    @Test
    void tellsTheEndOfAllThatWasWaitedForOnTheWay() {
        int[] failures = {0};

        patience.persist(() -> {
            clock.advance(Duration.ofSeconds(10));
            return switch (failures[0]++) {
                case 0 -> throw new LockedException(givenUp);
                case 1 -> throw new PassingException(givenUp, "no route", null);
                default -> "answer";
            };
        });

        assertThat(listener.lines)
                .containsExactly("retrying", "waiting", "retrying", "waiting", "recovered", "recovered");
    }

    private Patience ofChecks(Duration longest) {
        return patience.ofChecks(longest, watch);
    }

    private Patience patience(Duration maxOutage) {
        return new Patience("a server", maxOutage, stop, reporter, clock, pause -> {
            pauses.add(pause);
            clock.advance(pause);
        });
    }

    private Patience.Attempt<String> failing(int times, @Nullable Duration retryAfter) {
        int[] failures = {0};
        return () -> {
            if (failures[0]++ < times) {
                throw new PassingException(givenUp, "no route", retryAfter);
            }
            return "answer";
        };
    }

    private static final class NarrowingException extends PassingException {
        private static final long serialVersionUID = 1L;

        NarrowingException(SourceException givenUp) {
            super(givenUp, "cut", null);
        }

        @Override
        public boolean narrows() {
            return true;
        }
    }

    private static final class LockedException extends PassingException {
        private static final long serialVersionUID = 1L;

        LockedException(SourceException givenUp) {
            super(givenUp, "locked", null);
        }

        @Override
        public boolean isOfLock() {
            return true;
        }
    }

    private class Listener implements io.couchmigrator.Listener {
        final List<String> lines = new ArrayList<>();
        final List<Wait> outages = new ArrayList<>();
        final List<Instant> waitingAt = new ArrayList<>();

        @Override
        public void retrying(Wait wait) {
            lines.add("retrying");
            outages.add(wait);
        }

        @Override
        public void waiting(Wait wait) {
            lines.add("waiting");
            waitingAt.add(clock.instant());
        }

        @Override
        public void resumed(Wait wait) {
            lines.add("recovered");
        }
    }

    private final class StoppingListener extends Listener {
        @Override
        public void retrying(Wait wait) {
            stop.request();
        }
    }
}
