// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Listener.Wait.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReporterTest {
    private static final Instant NOON = Instant.parse("2018-10-24T12:00:00Z");

    private final List<String> told = new ArrayList<>();
    private final Reporter reporter = new Reporter(new Listener() {
        @Override
        public void waiting(Wait wait) {
            told.add("waiting for %s since %s: %s".formatted(wait.on(), wait.since(), wait.cause()));
        }

        @Override
        public void resumed(Wait wait) {
            told.add("resumed %s of %s".formatted(wait.kind(), wait.since()));
        }
    });

    /** Both what asks the server and who tries again know of a lock, and which of them sees its end first is not known. */
    @Test
    void tellsOfWhatSeveralTellOfAsOneThingThatBeganOnceAndEndsOnce() {
        Wait asked = wait(Kind.TRANSACTION, "a lock", NOON);
        Wait tried = wait(Kind.TRANSACTION, "lock timeout", NOON.plusSeconds(10));

        reporter.waiting(asked);
        reporter.waiting(tried);
        assertThat(reporter.isWaiting()).isTrue();
        reporter.resumed(tried);
        reporter.resumed(asked);

        assertThat(reporter.isWaiting()).isFalse();
        assertThat(told)
                .containsExactly(
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: a lock",
                        "waiting for PostgreSQL since 2018-10-24T12:00:00Z: lock timeout",
                        "resumed TRANSACTION of 2018-10-24T12:00:00Z");
    }

    @Test
    void tellsThingsOfTwoKindsApart() {
        Wait lock = wait(Kind.TRANSACTION, "a lock", NOON);

        reporter.waiting(lock);
        reporter.waiting(wait(Kind.OUTAGE, "restarts", NOON.plusSeconds(1)));
        reporter.resumed(lock);

        assertThat(reporter.isWaiting()).isTrue();
        assertThat(told).last().isEqualTo("resumed TRANSACTION of 2018-10-24T12:00:00Z");
    }

    private static Wait wait(Kind kind, String cause, Instant since) {
        return new Wait(kind, "PostgreSQL", cause, since, Optional.empty());
    }
}
