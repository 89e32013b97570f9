// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every status from 400 to 599 on a page, and those of each kind on everything else that a run asks CouchDB for. */
@ExtendWith(MigratorExtension.class)
final class StatusesIT {
    /** More than there are statuses: each run reads the first document that is left, alone, before any other page. */
    private static final int COUNT = 210;

    @TempDir
    private Path logs;

    /** The others are answered by the same code, need a large database, or are not waited for. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"WELCOME", "CUT", "LAST_ID", "SAMPLE", "IDENTITY_BEFORE_CATCHING_UP", "IDENTITY_AFTER_AN_OUTAGE"})
    void isTheSourcesFailureAndCostsNoDocument(Asked asked, CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = CustomerOrders.create(couch, database, COUNT);
        if (asked.run() == Asked.Run.RESUMED) {
            orders.unreadable(Orders.id(5));
            assertThat(migrator(couch, database).run().outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            orders.readable(Orders.id(5));
        }
        if (asked == Asked.CHANGES) {
            assertThat(migrator(couch, database).run().outcome()).isEqualTo(Outcome.COMPLETE);
            orders.put(Orders.order(5, "c1"));
        }
        for (int status : statuses(asked)) {
            ScriptedFault fault = couch.script(Fault.status(status).on(asked.requests()));

            Result result = migrator(couch, database).run();

            assertThat(fault.hits()).as("status %d", status).isPositive();
            assertThat(result.outcome()).as("status %d", status).isEqualTo(Outcome.SOURCE_FAILED);
            assertThat(result.failures())
                    .as("status %d", status)
                    .singleElement()
                    .asString()
                    .contains("the server answered " + status, "from CouchDB at " + couch.url());
            couch.heal();
        }

        Result result = migrator(couch, database).run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** What a status means does not depend on what was asked for, but for those that say something of a document or database. */
    private static int[] statuses(Asked asked) {
        return asked == Asked.PAGE
                ? IntStream.range(400, 600).toArray()
                : new int[] {
                    400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 414, 417, 425, 429, 451, 499, 500, 501, 502, 503,
                    504, 507, 599
                };
    }

    /** Waits for nothing: whether a status may pass is {@link SourceFaultsIT}'s. */
    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return CustomerOrders.migrator(couch, database, logs)
                .maxOutage(Duration.ZERO)
                .build();
    }
}
