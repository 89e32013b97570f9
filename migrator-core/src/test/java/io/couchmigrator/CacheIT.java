// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A cache between the program and CouchDB must not answer for it. */
@ExtendWith(MigratorExtension.class)
final class CacheIT {
    @TempDir
    private Path logs;

    @Test
    void reachesCouchDbThroughACacheThatHeedsNoHeader(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 50);
        try (CachingProxy cache = CachingProxy.before(couch.url())) {
            Migrator migrator = Orders.migrator(Orders.migration(), couch, database, logs)
                    .source(CouchServer.builder(cache.url()).build())
                    .build();
            migrator.run();
            orders.load(Orders.between(50, 70, "new"));

            Result verifiedBefore = migrator.verify();
            Result result = migrator.run();
            Result verified = migrator.verify();

            assertThat(verifiedBefore.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 20));
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(70));
            assertThat(verified.tallies().read()).isEqualTo(70);
            assertThat(cache.hits()).isZero();
        }
    }

    @Test
    void sharesNoUrlBetweenTwoRequests(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 50);
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        migrator.run();
        migrator.run();

        assertThat(couch.requests(Requests.method("GET")))
                .hasSizeGreaterThan(10)
                .extracting(CouchRequest::query)
                .extracting(query -> query.get("_"))
                .doesNotContainNull()
                .doesNotHaveDuplicates();
    }

    @Test
    void endsWhereAnAnswerIsOldNamingTheCache(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 50);
        couch.script(Fault.falseHeader("Age", "7").on(Requests.pages()));

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("7 s old", "a cache in between", "let it pass"));
    }
}
