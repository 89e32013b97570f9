// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source does that will not pass: it ends the run at once, with all that was done saved. */
@ExtendWith(MigratorExtension.class)
final class SourceFailuresIT {
    /** The pages that are read, the very first one too, but no sample of sizes. */
    private static final Predicate<CouchRequest> PAGES = Requests.pages()
            .and(Requests.method("GET"))
            .and(Requests.query("limit", "4").negate());

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 400, 401, 404, 410, 412})
    void endsTheRunAtOnceAndTheNextGoesOnFromThere(int status, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 2_500);
        couch.script(Fault.status(status)
                .header("Location", "https://user:secret@login.example.org/?next=1")
                .on(PAGES)
                .nth(3));

        Result first = migrator(couch, database).build().run();
        couch.heal();
        couch.forgetRequests();
        Result second = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("the server answered " + status)
                .hasMessageContaining(status < 400 ? "https://login.example.org/?…" : ": ")
                .hasMessageNotContaining("secret"));
        assertThat(first.done()).isBetween(1_000L, 1_500L);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.tallies().read()).isEqualTo(2_500 - first.done());
        assertThat(couch.requests(PAGES).get(0).startKey()).hasValue(Orders.id((int) first.done() - 1) + "\0");
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(2_500));
    }

    @Test
    void failsWhenTheDatabaseIsDroppedMidway(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 2_500);

        Result result = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() == 101) {
                            couch.drop("orders");
                        }
                    }
                })
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("404")
                .hasMessageContaining("check that it exists"));
    }

    @Test
    void givesUpAServerThatIgnoresTheKey(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 10);
        couch.script(Fault.status(200)
                .body(
                        "{\"total_rows\":10,\"offset\":0,\"rows\":[{\"id\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\"}}]}")
                .on(Requests.pages()));

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(
                        "asked for what comes after \"a\", seen \"a\": look for a cache or proxy in between"));
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs);
    }
}
