// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runbook of the operators, on the corpus, with the real program. */
@ExtendWith(MigratorExtension.class)
final class RunbookIT {
    private static final String TIME = "\\d:\\d\\d:\\d\\d\\.\\d{6}";
    /** The one document of the corpus that cannot be stored. */
    private static final String REJECTED = "sha1-0000000000000000000000000000000000000000";

    private static final String STATE = "SELECT slug FROM blobs_blobmigrationstate";
    private static final String LAST_ID = "SELECT last_value FROM blobs_blobmeta_id_seq";

    @TempDir
    private Path directory;

    private Corpus corpus;
    private Operator operator;

    @BeforeEach
    void loadCorpus(CouchDouble couch, TestDatabase database) throws Exception {
        corpus = Corpus.load();
        operator = Operator.ofCorpus(corpus, couch, database, directory.resolve("blobmeta-migration-logs"));
    }

    @Test
    void printsTheLinesOfTheRunbookAndEndsWithItsVerdict() throws Exception {
        Operator.Ended ended = operator.runs("--chunk-size=1000");

        assertThat(ended.status()).isEqualTo(5);
        List<String> lines = ended.console().lines().toList();
        String log = Pattern.quote(operator.logs() + "/migrate_metadata-blob-migration-");
        assertThat(lines.get(0))
                .isEqualTo(
                        "Created the log directory %s: nothing is known of earlier runs.".formatted(operator.logs()));
        assertThat(lines.get(1)).matches("Checking CouchDB at http://.*/, and PostgreSQL at .*:\\d+/.*\\.\\.\\.");
        assertThat(lines.get(2))
                .matches("commcarehq: read whole: documents of about \\d+ bytes; fields alone pay from \\d+ on\\.");
        assertThat(lines.get(3)).matches("Processing 279 documents: CommCareAudio, …, XFormInstance-Deleted\\.\\.\\.");
        assertThat(lines.get(4)).matches("Migration log: " + log + "\\d{8}T\\d{6}Z\\.txt\\.0");
        assertThat(lines.get(5)).matches("Processed [01]/1 of 279 documents in %s \\(\\? remaining\\)".formatted(TIME));
        assertThat(ended.console())
                .contains(
                        "\nProcessed 241/279 of 279 documents (0 previously processed, 37 filtered out).\n1 rejected: see "
                                + operator.logs() + "/migrate_metadata.rejects.jsonl\n"
                                + "12 log entries: 7 ignored-couch-attachments, 5 unknown-domain, see "
                                + operator.logs() + "/migrate_metadata-blob-migration-");
        assertThat(ended.console().lines().filter(line -> line.startsWith("Processing ")))
                .hasSize(7);
        assertThat(ended.lastLines(6)).matches("(?s)Target: PostgreSQL at .*:\\d+/\\w+\\.\n.*");
        assertThat(ended.lastLines(5).lines().findFirst().orElseThrow())
                .matches(
                        "migrate_metadata is complete, but for rejects: %d rows written, 0 already there, 1 rejected, .*"
                                .formatted(corpus.rows().size()));
        assertThat(ended.lastLines(1)).startsWith("    ").contains("run_blob_migration migrate_metadata --log-dir=");
    }

    @Test
    void stopsWhereMoreIsRejectedThanMayBe() throws Exception {
        Operator.Ended ended = operator.runs("--max-rejects=0");

        assertThat(ended.status()).isEqualTo(8);
        assertThat(ended.console())
                .contains("Error: too many documents cannot be stored: 1 outstanding, expected at most 0: see"
                        + " why in \"" + operator.logs() + "/migrate_metadata.rejects.jsonl\"");
        assertThat(ended.lastLines(2)).startsWith("Stopped by --max-rejects (exit status 8). ");
    }

    @Test
    void keepsTheConsoleAndAllElseInTheLogDirectory() throws Exception {
        Operator.Ended ended = operator.runs();

        assertThat(mode(operator.logs())).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(operator.logs())) {
            assertThat(files).allSatisfy(file -> {
                assertThat(file).isNotEmptyFile();
                assertThat(mode(file)).as("%s", file).isEqualTo("rw-------");
            });
        }
        try (Stream<Path> files = Files.list(operator.logs())) {
            assertThat(files.map(file -> file.getFileName().toString().replaceAll("\\d{8}T\\d{6}Z", "UTC")))
                    .containsExactlyInAnyOrder(
                            "migrate_metadata.offsets.json",
                            "migrate_metadata.rejects.jsonl",
                            "migrate_metadata.history.jsonl",
                            "migrate_metadata.lock",
                            "migrate_metadata-blob-migration-UTC-summary.txt",
                            "migrate_metadata-blob-migration-UTC.txt.0",
                            "migrate_metadata-blob-migration-UTC.txt.1",
                            "migrate_metadata-blob-migration-UTC.txt.2",
                            "migrate_metadata-blob-migration-UTC.txt.3",
                            "migrate_metadata-blob-migration-UTC.txt.4",
                            "migrate_metadata-blob-migration-UTC.txt.5",
                            "migrator.log");
        }
        assertThat(summaries()).containsExactly(ended.console());
    }

    @Test
    void endsWithZeroOnceTheRejectedDocumentIsMendedAndThenWritesNothing(CouchDouble couch, TestDatabase database)
            throws Exception {
        operator.runs();
        assertThat(database.query(STATE)).isEmpty();
        couch.database(Corpus.MAIN_DATABASE).delete(REJECTED);

        Operator.Ended mended = operator.runs();
        assertThat(mended.status()).as(mended.console()).isZero();
        assertThat(mended.console())
                .contains("\nResolved: 1 document that was rejected, missing, different or extra, named in ");
        assertThat(mended.lastLines(1)).contains(" 0 rejected, ", "Recorded in blobs_blobmigrationstate.");
        assertThat(database.query(STATE)).containsExactly("migrate_metadata");

        List<String> lastId = database.query(LAST_ID);
        Operator.Ended again = operator.runs();
        assertThat(again.status()).isZero();
        assertThat(again.console())
                .containsPattern(
                        "commcarehq: complete since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ; 0 changes since\\.\n");
        assertThat(again.lastLines(1)).contains("migrate_metadata is complete: 0 rows written, ");
        assertThat(database.query(LAST_ID)).isEqualTo(lastId);
        assertRowsAreExact(database);
    }

    @ParameterizedTest
    @CsvSource({"C,Asia/Kathmandu", "tr_TR.UTF-8,America/St_Johns", "'',''"})
    void givesTheSameWhateverLocaleAndTimeZone(String locale, String zone, TestDatabase database) throws Exception {
        Operator.Ended ended = operator.with("LC_ALL", locale).with("TZ", zone).runs();

        assertThat(ended.status()).isEqualTo(5);
        assertThat(ended.console())
                .contains("\nProcessed 241/279 of 279 documents (0 previously processed, 37 filtered");
        assertRowsAreExact(database);
    }

    @Test
    void worksInADirectoryWithBlanksAndUmlautsUnderTheLocaleC(CouchDouble couch, TestDatabase database)
            throws Exception {
        Path logs = directory.resolve("Protokoll für  Läufe");
        Operator.Ended ended =
                new Operator(couch, database, logs).with("LC_ALL", "C").runs();

        assertThat(ended.status()).isEqualTo(5);
        assertThat(ended.lastLines(1)).endsWith("'--log-dir=" + logs + "'");
        assertThat(logs.resolve("migrate_metadata.offsets.json")).exists();
    }

    @Test
    void takesThePasswordFromTheFileInHomeAsPsqlDoesAndRefusesOneThatOthersMayRead(TestDatabase database)
            throws Exception {
        Path home = Files.createDirectory(directory.resolve("a home"));
        Path passwords = Files.writeString(
                home.resolve(".pgpass"),
                "localhost:%d:*:%s:%s%n".formatted(database.port(), database.user(), database.password()));
        operator.with("HOME", home.toString()).with("PGPASSWORD", "");
        Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-r--r--"));
        Operator.Ended refused = operator.runs();
        Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));

        Operator.Ended ended = operator.runs();

        assertThat(refused.status()).as(refused.console()).isEqualTo(2);
        assertThat(refused.console()).contains("chmod 0600 '" + passwords + "'");
        assertThat(ended.status()).as(ended.console()).isEqualTo(5);
    }

    @Test
    void saysWhereRowsGoIfTheTableIsAView(TestDatabase database) throws Exception {
        database.execute("alter table blobs_blobmeta rename to blobs_blobmeta_tbl;"
                + " create view blobs_blobmeta as select * from blobs_blobmeta_tbl");

        Operator.Ended check = operator.types("check", "migrate_metadata", "--log-dir=" + operator.logs());
        Operator.Ended run = operator.runs();

        String said =
                "Warning: \"blobs_blobmeta\" is a view: rows are written into \"blobs_blobmeta_tbl\", and whether a key is there is asked of the view.\n";
        assertThat(check.status()).isZero();
        assertThat(check.console()).containsOnlyOnce(said);
        assertThat(run.status()).isEqualTo(5);
        assertThat(run.console()).containsOnlyOnce(said);
        assertRowsAreExact(database);
    }

    private List<String> summaries() throws IOException {
        try (Stream<Path> files = Files.list(operator.logs())) {
            List<Path> found = files.filter(file -> file.toString().endsWith("-summary.txt"))
                    .toList();
            return List.of(Files.readString(found.get(0)));
        }
    }

    private void assertRowsAreExact(TestDatabase database) throws Exception {
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
