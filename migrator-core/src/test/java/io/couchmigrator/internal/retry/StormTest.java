// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CouchServer;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that refuses many requests in a row. Time passes only by the pauses. */
final class StormTest {
    private static final int REFUSALS = 30;
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final SteppedClock clock = new SteppedClock();
    private final List<Duration> pauses = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 90})
    void goesOnAfterManyRefusalsInARowAndAsksNoSoonerThanTold(int retryAfter) {
        try (CouchDouble couch = CouchDouble.start();
                CouchClient client =
                        new CouchClient(CouchServer.builder(couch.url()).build())) {
            couch.create("orders");
            couch.script(
                    Fault.status(429).retryAfter(retryAfter).on(Requests.any()).times(REFUSALS));

            DatabaseFacts facts = patience().persist(() -> client.database("orders"));

            assertThat(facts.documents()).isZero();
            assertThat(couch.requests()).hasSize(REFUSALS + 1);
            assertThat(pauses).hasSize(REFUSALS).allSatisfy(pause -> assertThat(pause)
                    .isPositive()
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(retryAfter)));
            Duration most = LONGEST.compareTo(Duration.ofSeconds(retryAfter)) > 0 ? LONGEST : Duration.ofSeconds(90);
            assertThat(pauses).allSatisfy(pause -> assertThat(pause).isLessThanOrEqualTo(most));
        }
    }

    private Patience patience() {
        return new Patience("CouchDB", Duration.ofHours(1), new StopSignal(), new Silence(), clock, pause -> {
            pauses.add(pause);
            clock.advance(pause);
        });
    }
}
