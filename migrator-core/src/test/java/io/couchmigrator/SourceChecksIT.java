// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the source lacks is found before the first document is read. */
@ExtendWith(MigratorExtension.class)
final class SourceChecksIT {
    @TempDir
    private Path logs;

    @Test
    void namesEveryDatabaseThatIsMissing(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        Migration migration = Orders.migration(
                Orders.stage().build(),
                Orders.stage("lines").build(),
                Orders.stage("returns")
                        .lookup(Lookup.documents("customers", "name"), order -> List.of("c"))
                        .build());
        Migrator migrator = Orders.migrator(migration, couch, database, logs).build();

        Result result = migrator.run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures())
                .extracting(Throwable::getMessage)
                .satisfiesExactly(
                        fault -> assertThat(fault).contains("\"lines\"", "404", "check that it exists"),
                        fault -> assertThat(fault).contains("\"returns\"", "404"),
                        fault -> assertThat(fault).contains("\"customers\"", "404"));
        assertThat(migrator.check().faults()).hasSize(3);
        assertThat(couch.requests(Requests.pages())).isEmpty();
    }

    @Test
    void saysThatTheServersUrlNamesADatabase(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        Migrator migrator = Orders.migrator(Orders.migration(Orders.stage().build()), couch, database, logs)
                .source(CouchServer.builder(couch.url() + "orders").build())
                .build();

        Result result = migrator.run();

        assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(result.failures())
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure)
                                .hasMessageContaining(
                                        "the URL ends in /orders/, and the server alone belongs there: leave out what names a database, else check that it exists"));
    }

    @Test
    void provesThePasswordByOneRequestAndLocksNobodyOut(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder()
                .credentials("admin", "secret")
                .lockedAfter(2)
                .start()) {
            Orders.create(couch, database, 3);
            couch.create("lines");
            Migration migration = Orders.migration(
                    Orders.stage().build(), Orders.stage("lines").build());

            Result result = Orders.migrator(migration, couch, database, logs)
                    .source(server(couch, "guessed"))
                    .workers(4)
                    .build()
                    .run();

            assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
            assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("401")
                    .hasMessageContaining("check the password of user \"admin\"")
                    .hasMessageNotContaining("guessed"));
            assertThat(couch.requests()).hasSize(1);
            assertThat(Orders.migrator(migration, couch, database, logs)
                            .source(server(couch, "secret"))
                            .build()
                            .run()
                            .outcome())
                    .isEqualTo(Outcome.COMPLETE);
            assertThat(logs).isDirectoryRecursivelyContaining("glob:**offsets.json");
            assertThat(logs.resolve("orders.offsets.json")).content().doesNotContain("secret");
            assertThat(logs.resolve("orders.history.jsonl")).content().doesNotContain("secret", "guessed");
        }
    }

    @Test
    void asksALockedAccountForOneDatabaseOnly(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        couch.create("lines");
        couch.script(Fault.status(403)
                .body("{\"error\":\"forbidden\",\"reason\":\"Account is temporarily locked\"}")
                .on(Requests.any()));

        Result result = Orders.migrator(
                        Orders.migration(
                                Orders.stage().build(), Orders.stage("lines").build()),
                        couch,
                        database,
                        logs)
                .maxOutage(Duration.ZERO)
                .build()
                .run();

        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("wait until the account is unlocked"));
        assertThat(couch.requests()).hasSize(1);
    }

    @Test
    void readsFromBehindAProxyWithABasePathAndCredentials(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder()
                .basePath("/path/to/couch")
                .credentials("ädmin", "s:e/c@ret")
                .start()) {
            Orders.create(couch, database, 3);
            String url = couch.url().replace("http://", "http://%C3%A4dmin:s%3Ae%2Fc%40ret@");

            Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                    .source(CouchServer.builder(url).build())
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(Orders.written(database)).hasSize(3);
        }
    }

    @Test
    void refusesACertificateThatNobodyVouchesForAtOnce(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().https().start()) {
            Orders.create(couch, database, 3);

            Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                    .build()
                    .run();

            assertThat(result.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
            assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("TLS failed")
                    .hasMessageContaining("this Java trusts the server's certificate"));
        }
    }

    @Test
    void tellsFaultsOfSourceTargetAndOffsetsTogether(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        Orders.migrator(Orders.migration(), couch, database, logs).build().run();
        Files.writeString(logs.resolve("orders.offsets.json"), "{");
        couch.drop("orders");
        database.execute("drop table orders");

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(result.failures())
                .extracting(MigrationException::outcome)
                .containsExactly(Outcome.OFFSETS_REFUSED, Outcome.TARGET_FAILED, Outcome.SOURCE_FAILED);
        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
    }

    private static CouchServer server(CouchDouble couch, String password) {
        return CouchServer.builder(couch.url()).credentials("admin", password).build();
    }
}
