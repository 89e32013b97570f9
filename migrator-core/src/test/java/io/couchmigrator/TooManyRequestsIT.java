// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Servers that want fewer requests: the run goes on, and asks no sooner than they say. */
@ExtendWith(MigratorExtension.class)
final class TooManyRequestsIT {
    private static final int COUNT = 250;
    private static final long SEED = 20_181_024;
    private static final long SECOND = 1_000_000_000;

    @TempDir
    private Path logs;

    @Test
    void goesOnWhereHalfOfAllRequestsAreRefused(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = CustomerOrders.create(couch, database, COUNT);
        ScriptedFault storm = couch.script(half(Fault.status(429)).times(20));

        Result result = run(couch, orders, database);

        assertThat(storm.hits()).isGreaterThan(10);
        assertComplete(result, database);
    }

    @Test
    void leavesTheServerAloneAsLongAsItAsksEachTime(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = CustomerOrders.create(couch, database, COUNT);
        List<Long> arrivals = new ArrayList<>();
        List<Integer> refusals = new ArrayList<>();
        ScriptedFault[] storm = new ScriptedFault[1];
        couch.script(Fault.disconnect().on(request -> {
            // What asks for the welcome is a thread of its own, which nothing waits for.
            if (!Asked.WELCOME.requests().test(request)) {
                arrivals.add(System.nanoTime());
                refusals.add(storm[0].hits());
            }
            return false;
        }));
        storm[0] = couch.script(half(Fault.status(429).retryAfter(1)).times(8));

        Result result = run(couch, orders, database);

        assertComplete(result, database);
        assertThat(storm[0].hits()).isEqualTo(8);
        for (int i = 1; i < arrivals.size(); i++) {
            boolean refused = refusals.get(i) > refusals.get(i - 1);
            assertThat(arrivals.get(i) - arrivals.get(i - 1))
                    .as("nanoseconds before request %d", i)
                    .isGreaterThanOrEqualTo(refused ? SECOND : 0);
        }
    }

    @Test
    void givesUpWhereItWouldHaveToWaitForTooLong(CouchDouble couch, TestDatabase database) throws Exception {
        CustomerOrders.create(couch, database, COUNT);
        couch.script(Fault.status(429).retryAfter(3600).on(Asked.PAGE.requests()));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures())
                .singleElement()
                .asString()
                .contains("the server answered 429", "the server wants fewer requests");
        assertThat(couch.requests(Asked.PAGE.requests())).hasSize(1);
    }

    private static FaultRule<Fault, CouchRequest> half(Fault refusal) {
        return refusal.on(Asked.WELCOME.requests().negate()).chance(0.5, SEED);
    }

    private Result run(CouchDouble couch, CouchDatabase orders, TestDatabase database) {
        return migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        orders.put(Orders.order(COUNT, "c1"));
                    }
                })
                .build()
                .run();
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return CustomerOrders.migrator(couch, database, logs);
    }

    private static void assertComplete(Result result, TestDatabase database) throws Exception {
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT + 1));
        assertThat(result.tallies().written()).isEqualTo(COUNT + 1);
    }
}
