// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator's migration of the corpus into a sharded installation, from the configuration file to the verdict. */
@ExtendWith(MigratorExtension.class)
final class ShardsIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int SHARDS = 4;

    @TempDir
    private Path directory;

    private final Corpus corpus = Corpus.load();
    private final List<TestDatabase> databases = new ArrayList<>();

    @AfterEach
    void drop() throws SQLException {
        for (TestDatabase database : databases) {
            database.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void endsInTheExpectedPlacesAfterKillsAtRandomMoments(
            int number, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        long seed = Long.getLong("migrator.test.seed", 20181024) + number;
        System.out.printf("ShardsIT on %d databases: -Dmigrator.test.seed=%d%n", number, seed);
        Operator operator = install(couch, main, Collections.nCopies(number, postgres));
        Random random = new Random(seed);
        String[] options = {config(), "--chunk-size=1"};
        boolean alive = false;
        for (int kill = 0; kill < 3; kill++) {
            Process process = operator.starts(directory.resolve("console.txt"), options);
            alive |= killWhen(process, rows() + random.nextInt(corpus.rows().size() / 4));
        }
        assertThat(alive).as("whether any kill hit a run").isTrue();

        Operator.Ended ended = operator.runs(options);

        assertThat(ended.status()).as(ended.console()).isEqualTo(5);
        assertExact();
        couch.database("commcarehq").delete(ILLEGAL_ID);
        Operator.Ended last = operator.runs(options);
        assertThat(last.status()).as(last.console()).isZero();
        Operator.Ended verified = verify(operator);
        assertThat(verified.status()).as(verified.console()).isZero();
        assertThat(verified.console()).contains(" rows as they should be, 0 misplaced; of ");
        assertExact();
    }

    @Test
    void goesOnAfterAKillWhileADatabaseIsStoppedAndStartedInBetween(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (PostgresServer other = PostgresServer.start()) {
            Operator operator = install(couch, main, List.of(postgres, other));
            String[] options = {config(), "--chunk-size=1", "--max-outage=2s"};
            Process first = operator.starts(directory.resolve("console.txt"), options);
            killWhen(first, 150);
            other.stop();
            Operator.Ended without = operator.runs(options);
            other.restart();
            Process second = operator.starts(directory.resolve("console.txt"), options);
            await().atMost(LONG).until(() -> rows() > 300);
            other.stop();
            int stopped = second.waitFor();
            other.restart();

            Operator.Ended ended = operator.runs(options);

            assertThat(without.status()).as(without.console()).isEqualTo(4);
            assertThat(without.console())
                    .contains("PostgreSQL at localhost:%d/%s (shards [2,3])"
                            .formatted(databases.get(1).port(), databases.get(1).name()));
            assertThat(stopped).isEqualTo(4);
            assertThat(ended.status()).as(ended.console()).isEqualTo(5);
            assertExact();
            databases.remove(1).close();
        }
    }

    @Test
    void checksEveryDatabaseAndRefusesAnotherMap(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        Operator operator = install(couch, main, Collections.nCopies(2, postgres));
        Operator.Ended fit = operator.types("check", "migrate_metadata", "--log-dir=" + operator.logs(), config());
        operator.runs(config());
        Collections.reverse(databases);

        Operator.Ended swapped = operator.runs(config());
        Collections.reverse(databases);
        databases.get(0).execute("drop table blobs_blobmeta");
        Operator.Ended unfit = operator.types("check", "migrate_metadata", "--log-dir=" + operator.logs(), config());

        assertThat(fit.status()).as(fit.console()).isZero();
        assertThat(fit.console())
                .contains("Rows of shards [2,3] go to localhost:%d/%s."
                        .formatted(databases.get(1).port(), databases.get(1).name()));
        assertThat(swapped.status()).as(swapped.console()).isEqualTo(6);
        assertThat(swapped.console()).contains("database of shards [0,1]");
        assertThat(unfit.status()).as(unfit.console()).isEqualTo(4);
        assertThat(unfit.console()).contains("(shards [0,1]): table \"blobs_blobmeta\" does not exist");
    }

    @Test
    void refusesAMapWithAGapBeforeItConnects(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        Operator operator = install(couch, main, Collections.nCopies(2, postgres));
        Path file = directory.resolve("gap.json");
        Files.writeString(file, "{\"shards\": [{\"shards\": [1, 1], \"PGDATABASE\": \"p1\"}]}");

        Operator.Ended ended = operator.runs("--config=" + file);

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.console()).contains("shard 0 is missing from the map of shards [1,1]");
        assertThat(operator.logs()).doesNotExist();
    }

    @Test
    void tellsOfRowsInTheWrongDatabase(CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        Operator operator = install(couch, main, Collections.nCopies(2, postgres));
        operator.runs(config());
        String key = corpus.rows().stream()
                .filter(row -> place(row) == 0)
                .findFirst()
                .orElseThrow()
                .key();
        String row = databases
                .get(0)
                .query("select row_to_json(b) from blobs_blobmeta b where key = '%s'".formatted(key))
                .get(0);
        databases
                .get(1)
                .execute("insert into blobs_blobmeta select * from json_populate_record(null::blobs_blobmeta, '%s')"
                        .formatted(row.replace("'", "''").replaceFirst("\"id\":\\d+", "\"id\":1000000")));

        Operator.Ended found = verify(operator);
        databases.get(1).execute("delete from blobs_blobmeta where id = 1000000");
        Operator.Ended mended = verify(operator);

        assertThat(found.status()).as(found.console()).isEqualTo(7);
        assertThat(found.console()).contains(" 1 misplaced", "Delete them there.", "verify again:");
        assertThat(mended.status()).as(mended.console()).isEqualTo(5);
    }

    private Operator install(CouchDouble couch, TestDatabase main, List<PostgresServer> servers) throws SQLException {
        corpus.loadInto(couch);
        corpus.loadInto(main);
        main.execute("drop table blobs_blobmeta");
        for (PostgresServer server : servers) {
            TestDatabase database = server.createDatabase();
            database.create(BlobSchema.TARGET);
            databases.add(database);
        }
        return new Operator(couch, main, directory.resolve("logs"));
    }

    /** Writes the map of the databases as they are now, and returns the option that names it. */
    private String config() throws Exception {
        return ShardsFile.write(directory, SHARDS, databases);
    }

    private Operator.Ended verify(Operator operator) throws Exception {
        return operator.types("verify", "migrate_metadata", "--log-dir=" + operator.logs(), config());
    }

    /** Returns whether there was still something to kill. */
    private boolean killWhen(Process process, int rows) throws Exception {
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> !process.isAlive() || rows() >= rows);
        boolean alive = process.isAlive();
        process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        return alive;
    }

    private int rows() throws SQLException {
        int rows = 0;
        for (TestDatabase database : databases) {
            rows += Integer.parseInt(
                    database.query("select count(*) from blobs_blobmeta").get(0));
        }
        return rows;
    }

    private void assertExact() throws SQLException {
        for (int number = 0; number < databases.size(); number++) {
            int its = number;
            assertThat(ExpectedRow.readAll(databases.get(number).dataSource()))
                    .as("rows of database %d", number)
                    .containsExactlyInAnyOrderElementsOf(corpus.rows().stream()
                            .filter(row -> place(row) == its)
                            .collect(Collectors.toList()));
        }
    }

    private int place(ExpectedRow row) {
        return corpus.shardsOfFour().get(row.key()) / (SHARDS / databases.size());
    }
}
