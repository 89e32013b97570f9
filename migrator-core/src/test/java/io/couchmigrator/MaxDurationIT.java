// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs that have no time without end. */
@ExtendWith(MigratorExtension.class)
final class MaxDurationIT {
    private static final int COUNT = 300;

    @TempDir
    private Path logs;

    /** The third page never comes: the first two are a sample of sizes, and the very first order. */
    @Test
    void stopsWhenTheTimeIsUpAndGoesOnWhenRunAgain(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.silence().on(Requests.pages()).after(2));

        Result stopped = migrator(couch, database, Duration.ofSeconds(2)).run();
        int written = Orders.written(database).size();
        couch.heal();
        Result again = migrator(couch, database, Duration.ofHours(1)).run();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(written).isLessThan(COUNT);
        assertThat(stopped.tallies().written()).isEqualTo(written);
        assertThat(stopped.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .isInstanceOfSatisfying(
                        LimitException.class, limit -> assertThat(limit.limit()).isEqualTo(Limit.DURATION))
                .hasMessageContainingAll("the time is up", "2 s", "run it again"));
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isEqualTo(COUNT - written);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void stopsAVerificationAsWell(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(couch, database, Duration.ofHours(1)).run();
        couch.script(Fault.silence().on(Requests.pages()));

        Result stopped = migrator(couch, database, Duration.ofSeconds(1)).verify();
        couch.heal();
        Result again = migrator(couch, database, Duration.ofHours(1)).verify();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void endsAtOnceWhereThereIsNoTimeAndIsCompleteWhereAllWasDone(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);

        Result atOnce = migrator(couch, database, Duration.ZERO).run();
        Result complete =
                migrator(couch, database, Duration.ofSeconds(Long.MAX_VALUE)).run();

        assertThat(atOnce.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(complete.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database, Duration most) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .maxDuration(most)
                .build();
    }
}
