// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Listener.Wait.Kind;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.internal.files.HistoryFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReporterTest {
    private static final Instant NOON = Instant.parse("2018-10-24T12:00:00Z");

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long MINUTE = 60 * SECOND;

    private long nanos = Long.MAX_VALUE - 1;
    private final List<String> told = new ArrayList<>();
    private final Reporter reporter = new Reporter(
            new Listener() {
                @Override
                public void waiting(Wait wait) {
                    told.add("waiting for %s since %s: %s, until %s"
                            .formatted(
                                    wait.on(),
                                    wait.since(),
                                    wait.cause(),
                                    wait.until().orElse(null)));
                }

                @Override
                public void resumed(Wait wait) {
                    told.add("resumed %s of %s".formatted(wait.kind(), wait.since()));
                }
            },
            () -> nanos);

    /** Both what asks the server and who tries again know of a lock; which of them sees its end first is not known. */
    @Test
    void tellsOfWhatSeveralTellOfOnceUntilItIsOverForAllOfThem() {
        WaitListener asking = reporter.another();
        Wait asked = wait(Kind.LOCK, "a lock", NOON);
        Wait tried = new Wait(
                Kind.LOCK, "PostgreSQL", "lock timeout", NOON.plusSeconds(10), Optional.of(NOON.plusSeconds(610)));

        asking.waiting(asked);
        reporter.waiting(tried);
        nanos += MINUTE;
        reporter.waiting(tried);
        reporter.resumed(tried);
        reporter.resumed(tried);
        assertThat(reporter.isHeldUp()).isTrue();
        asking.resumed(asked);

        assertThat(reporter.isHeldUp()).isFalse();
        assertThat(told)
                .containsExactly(
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: a lock, until null",
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: a lock, until 2018-10-24T12:10:10Z",
                        "resumed LOCK of 2018-10-24T12:00:00Z");
    }

    @Test
    void tellsWhatLastsEachMinuteHoweverManyTellOfItHoweverOften() {
        WaitListener other = reporter.another();
        for (int second = 0; second < 125; second++) {
            reporter.waiting(wait(Kind.OUTAGE, "failed once more, by %s".formatted(second), NOON));
            other.waiting(wait(Kind.OUTAGE, "refused", NOON));
            nanos += SECOND;
        }

        assertThat(told)
                .containsExactly(
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: failed once more, by 0, until null",
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: refused, until null",
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: refused, until null");
    }

    @Test
    void tellsAtOnceThatALockIsAnothersNow() {
        reporter.waiting(wait(Kind.LOCK, "a lock that 1 holds", NOON));
        reporter.waiting(wait(Kind.LOCK, "a lock that 1 holds", NOON));
        reporter.waiting(wait(Kind.LOCK, "a lock that 2 holds", NOON));

        assertThat(told).hasSize(2).last().asString().contains("a lock that 2 holds");
    }

    @Test
    void tellsASilenceThatBecomesAnOutageAsOneThatBeganWithIt() {
        WaitListener watch = reporter.another();
        Wait silence = wait(Kind.SILENCE, "no answer yet", NOON);
        Wait outage = wait(Kind.OUTAGE, "nothing came", NOON.plusSeconds(60));

        watch.waiting(silence);
        reporter.waiting(outage);
        watch.resumed(silence);
        reporter.resumed(outage);

        assertThat(told)
                .containsExactly(
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: no answer yet, until null",
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: nothing came, until null",
                        "resumed OUTAGE of 2018-10-24T12:00:00Z");
    }

    /** As on a full disk: whoever watches goes on watching, and the run ends. */
    @Test
    void handsOnThatTheHistoryCannotBeWrittenOnceItHasTold() {
        HistoryFile history = HistoryFile.open(Path.of("/dev/full"), Clock.systemUTC());
        List<Throwable> failures = new ArrayList<>();
        reporter.keep(history, failures::add);

        reporter.another().waiting(wait(Kind.LOCK, "a lock", NOON));

        assertThat(told).hasSize(1);
        assertThat(failures).singleElement().isInstanceOf(LogDirectoryException.class);
    }

    @Test
    void tellsThingsOfTwoKindsApart() {
        Wait lock = wait(Kind.LOCK, "a lock", NOON);

        reporter.waiting(lock);
        reporter.waiting(wait(Kind.OUTAGE, "restarts", NOON.plusSeconds(1)));
        reporter.resumed(lock);

        assertThat(told).last().isEqualTo("resumed LOCK of 2018-10-24T12:00:00Z");
    }

    @Test
    void callsNoServerSilentOfWhichMoreIsKnown() {
        Wait silence = wait(Kind.SILENCE, "no answer yet", NOON);

        reporter.waiting(wait(Kind.LOCK, "a lock", NOON));
        reporter.waiting(silence);
        reporter.resumed(silence);

        assertThat(told).containsExactly("waiting for PostgreSQL since 2018-10-24T12:00:00Z: a lock, until null");
    }

    /** What is only slow belongs to how fast the run is. */
    @ParameterizedTest
    @EnumSource
    void isHeldUpByAllThatIsNotSlownessUntilItIsOver(Kind kind) {
        Wait wait = wait(kind, "?", NOON);

        reporter.waiting(wait);

        assertThat(reporter.isHeldUp()).isEqualTo(kind != Kind.SILENCE && kind != Kind.STATEMENT);
        reporter.resumed(wait);
        assertThat(reporter.isHeldUp()).isFalse();
    }

    private static Wait wait(Kind kind, String cause, Instant since) {
        return new Wait(kind, "PostgreSQL", cause, since, Optional.empty());
    }
}
