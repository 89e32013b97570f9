// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator may get wrong: the real program says what, where and what now, with its exit status. */
@ExtendWith(MigratorExtension.class)
final class BadInputIT {
    private static final String SECRET = "s3cr3t-wrong";

    @TempDir
    private Path directory;

    private Operator operator;

    @BeforeEach
    void loadCorpus(CouchDouble couch, TestDatabase database) throws Exception {
        operator = Operator.ofCorpus(Corpus.load(), couch, database, directory.resolve("logs"));
    }

    @ParameterizedTest(name = "migrator {0}")
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                                    | there is no command
                    frobnicate                                            | unknown command "frobnicate"
                    rnu migrate_metadata --log-dir=logs                   | unknown command "rnu": did you mean run?
                    run                                                   | run needs the slug of a migration
                    run migrate_metadatas --log-dir=logs                  | unknown migration "migrate_metadatas"
                    run migrate_metadata                                  | --log-dir is missing
                    run migrate_metadata --log-dir=                       | --log-dir is empty
                    run migrate_metadata --log-dir=/dev/null              | which is no directory
                    run migrate_metadata --log-dir=/dev/null/logs         | cannot be created
                    run migrate_metadata --log-dir=logs --chunk-size=0    | --chunk-size is "0": expected a whole number
                    run migrate_metadata --log-dir=logs --chunk-size=-1   | --chunk-size is "-1": expected a whole number
                    run migrate_metadata --log-dir=logs --chunk-size=x    | --chunk-size is "x": expected a whole number
                    run migrate_metadata --log-dir=logs --num-workers=0   | --num-workers is "0": expected a whole number
                    run migrate_metadata --log-dir=logs --chunk-siez=1    | unknown option --chunk-siez: did you mean --chunk-size?
                    run migrate_metadata --log-dir=logs --password=hush   | no option takes a password
                    """)
    void refusesWhatIsTyped(String words, String said) throws Exception {
        Operator.Ended ended = operator.types(words.isEmpty() ? new String[0] : words.split(" "));

        assertThat(ended.status()).as(ended.console()).isEqualTo(2);
        assertThat(ended.console()).contains("migrator: ", said).doesNotContain("\tat ", "hush");
        assertThat(Path.of("logs")).doesNotExist();
    }

    @Test
    void tellsAllThatIsTypedWrongAtOnce() throws Exception {
        Operator.Ended ended = operator.types(
                "run",
                "migrate_metadata",
                "--chunk-size=0",
                "--num-workers=x",
                "--max-outage=soon",
                "--couch-url=nowhere");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.console())
                .contains(
                        "--log-dir is missing",
                        "--chunk-size is ",
                        "--num-workers is ",
                        "--max-outage is ",
                        "couch-url");
    }

    @Test
    void refusesAnotherPasswordOfPostgres(TestDatabase database) throws Exception {
        Operator.Ended ended = operator.with("PGPASSWORD", SECRET).runs();

        assertFailed(ended, 4, "PostgreSQL", "password authentication failed for user", database.user());
    }

    @Test
    void refusesAnotherPasswordOfCouchDb(TestDatabase database) throws Exception {
        try (CouchDouble locked =
                CouchDouble.builder().credentials("admin", "right").start()) {
            Corpus.load().loadInto(locked);
            Operator.Ended ended = new Operator(locked, database, directory.resolve("logs"))
                    .with("COUCHDB_USER", "admin")
                    .with("COUCHDB_PASSWORD", SECRET)
                    .runs();

            assertFailed(ended, 3, "401", locked.url());
            assertThat(locked.requests()).as("a wrong password is tried once").hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void saysWhichServersCannotBeReached(CouchDouble couch) throws Exception {
        couch.stop();

        Operator.Ended ended = operator.with("PGPORT", "1").runs("--max-outage=0s");

        assertFailed(ended, 4, couch.url(), "localhost:1", "CouchDB", "PostgreSQL");
    }

    @Test
    void tellsWhatACheckWaitsForWhileAServerIsSilent(CouchDouble couch) throws Exception {
        Path console = directory.resolve("console.txt");
        couch.script(Fault.silence().on(Requests.any()).once());
        Process check = operator.startsToCheck(console);
        await().atMost(Duration.ofMinutes(1)).until(() -> Files.readString(console)
                .contains("Waiting for CouchDB at %s since ".formatted(couch.url())));

        couch.release();

        assertThat(check.waitFor()).as(Files.readString(console)).isZero();
    }

    @Test
    void tellsAllThatIsMissingOnBothServersAtOnce(CouchDouble couch, TestDatabase database) throws Exception {
        couch.drop("commcarehq__apps");
        couch.drop("commcarehq__users");
        database.execute("ALTER TABLE blobs_blobmeta DROP COLUMN content_type;"
                + "DROP TABLE blobs_blobmigrationstate; DROP TABLE accounting_wireinvoice;"
                + "REVOKE SELECT ON ota_demouserrestore FROM " + database.user());

        Operator.Ended ended = operator.runs();

        assertFailed(
                ended,
                4,
                "commcarehq__apps",
                "commcarehq__users",
                "table \"blobs_blobmeta\" has no column \"content_type\"",
                "table \"blobs_blobmigrationstate\" does not exist",
                "table \"accounting_wireinvoice\" does not exist",
                "ota_demouserrestore");
        assertThat(database.query("SELECT key FROM blobs_blobmeta")).isEmpty();
    }

    /** Every failed run ends with a verdict and the command that goes on; nothing secret, nothing for programmers. */
    private static void assertFailed(Operator.Ended ended, int status, String... words) {
        assertThat(ended.status()).as(ended.console()).isEqualTo(status);
        assertThat(ended.console()).contains("Error: ").contains(words).doesNotContain("\tat ", SECRET, "unexpectedly");
        assertThat(ended.lastLines(2)).contains("(exit status %d)".formatted(status), "run the same command again:");
        assertThat(ended.lastLines(1)).startsWith("    ").contains("run_blob_migration migrate_metadata --log-dir=");
    }
}
