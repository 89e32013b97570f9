// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import io.couchmigrator.testkit.couch.ServerTraits;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

    private final Recorder recorder = new Recorder();

    static Stream<Arguments> everyWay() {
        return Stream.of(1, 7, 1000)
                .flatMap(chunkSize -> Stream.of(1, 4).flatMap(workers -> Stream.of(Reading.WHOLE, Reading.FIELDS)
                        .filter(reading -> reading == Reading.WHOLE || chunkSize == 7)
                        .map(reading -> Arguments.of(chunkSize, workers, reading))));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void writesExactlyTheExpectedRows(int chunkSize, int workers, Reading reading, TestDatabase database)
            throws Exception {
        String main = "migrator_test_" + UUID.randomUUID().toString().replace("-", "");
        Corpus corpus = Corpus.load(main);
        corpus.loadInto(database);
        URI server = URI.create(System.getenv(URL));
        try (RemoteDatabases databases = corpus.loadInto(server)) {
            Migrator migrator = Migrator.builder(BlobMetadata.migration(main))
                    .source(CouchServer.builder(server.toString())
                            .reading(reading)
                            .build())
                    .target(database.dataSource())
                    .logDirectory(logs)
                    .chunkSize(chunkSize)
                    .workers(workers)
                    .listener(recorder)
                    .build();

            Result first = migrator.run();
            Result second = migrator.run();

            assertThat(databases).isNotNull();
            assertThat(first.failures()).isEmpty();
            assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
            assertThat(second.tallies().written()).isZero();
            if (ServerTraits.of(welcome(server)).has(ServerTraits.Trait.FIELDS)) {
                assertThat(recorder.lines().stream().anyMatch(line -> line.matches("reading .* FIELDS: .*")))
                        .isEqualTo(reading == Reading.FIELDS);
            }
        }
    }

    private static JsonObject welcome(URI server) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(server.resolve("/")).build(), HttpResponse.BodyHandlers.ofString());
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }
}
