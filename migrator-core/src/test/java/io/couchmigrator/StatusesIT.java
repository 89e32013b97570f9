// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.CouchDatabase;
import io.couchmigrator.testkit.CouchDouble;
import io.couchmigrator.testkit.CouchRequest;
import io.couchmigrator.testkit.Fault;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.Requests;
import io.couchmigrator.testkit.ScriptedFault;
import io.couchmigrator.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every status from 400 to 599, on everything that a run asks CouchDB for. */
@ExtendWith(MigratorExtension.class)
final class StatusesIT {
    private static final int COUNT = 20;

    /** What a run asks for, by the name of the kind of request. */
    private static final Map<String, Predicate<CouchRequest>> ASKED = Map.of(
            "database", request -> request.path().equals("/orders"),
            "count", Requests.allDocs().and(Requests.query("limit", "0")),
            "now", Requests.changes().and(Requests.query("since", "now")),
            "page", Requests.pages().and(Requests.method("GET")),
            "changes", Requests.changes().and(Requests.query("since", "now").negate()),
            "witnesses",
                    Requests.allDocs()
                            .and(Requests.method("POST"))
                            .and(Requests.query("include_docs", "true").negate()),
            "ids to do", Requests.allDocs().and(Requests.method("POST")).and(Requests.query("include_docs", "true")));

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(strings = {"database", "count", "now", "page", "changes", "witnesses", "ids to do"})
    void isTheSourcesFailureAndCostsNoDocument(String asked, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        if (asked.equals("witnesses") || asked.equals("ids to do")) {
            orders.unreadable(Orders.id(5));
            assertThat(migrator(couch, database).run().outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            orders.readable(Orders.id(5));
        }
        for (int status = 400; status < 600; status++) {
            ScriptedFault fault = couch.script(Fault.status(status).on(ASKED.get(asked)));

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

    /** Waits for nothing: whether a status may pass is {@link SourceFaultsIT}'s. */
    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .maxOutage(Duration.ZERO)
                .build();
    }
}
