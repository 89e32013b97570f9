// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole of {@code migrate_metadata} on the corpus, from a CouchDB that none of us wrote. */
@ExtendWith(MigratorExtension.class)
@EnabledIfEnvironmentVariable(
        named = RealServerIT.URL,
        matches = ".+",
        disabledReason = RealServerIT.URL + " names no CouchDB")
final class RealServerIT {
    static final String URL = "MIGRATOR_TEST_COUCHDB_URL";

    @TempDir
    private Path logs;

    static Stream<Arguments> everyWay() {
        return Stream.of(1, 7, 1000)
                .flatMap(chunkSize -> Stream.of(1, 4).map(workers -> Arguments.of(chunkSize, workers)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void writesExactlyTheExpectedRows(int chunkSize, int workers, TestDatabase database) throws Exception {
        String main = "migrator_test_" + UUID.randomUUID().toString().replace("-", "");
        Corpus corpus = Corpus.load(main);
        corpus.loadInto(database);
        URI server = URI.create(System.getenv(URL));
        try (RemoteDatabases databases = corpus.loadInto(server)) {
            Migrator migrator = Migrator.builder(BlobMetadata.migration(main))
                    .source(CouchServer.builder(server.toString()).build())
                    .target(database.dataSource())
                    .logDirectory(logs)
                    .chunkSize(chunkSize)
                    .workers(workers)
                    .build();

            Result first = migrator.run();
            Result second = migrator.run();

            assertThat(databases).isNotNull();
            assertThat(first.failures()).isEmpty();
            assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
            assertThat(second.tallies().written()).isZero();
        }
    }
}
