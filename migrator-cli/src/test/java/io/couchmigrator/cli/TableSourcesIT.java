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
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An installation that has {@code icds_reports_icdsfile} in a database of its own. */
@ExtendWith(MigratorExtension.class)
final class TableSourcesIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";
    private static final Duration LONG = Duration.ofMinutes(2);

    /** Each row as a statement that inserts it elsewhere. */
    private static final String COPY = "select format('insert into icds_reports_icdsfile select *"
            + " from json_populate_record(null::icds_reports_icdsfile, %L)', row_to_json(f)) from icds_reports_icdsfile f";

    @TempDir
    private Path directory;

    private final Corpus corpus = Corpus.load();
    private TestDatabase main;
    private TestDatabase ucr;
    private Operator operator;

    @BeforeEach
    void install(CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        this.main = main;
        ucr = postgres.createDatabase();
        corpus.loadInto(couch);
        couch.database("commcarehq").delete(ILLEGAL_ID);
        corpus.loadInto(main);
        ucr.create(BlobSchema.ICDS_FILE);
        ucr.execute(String.join(";", main.query(COPY)));
        main.execute("drop table icds_reports_icdsfile");
        operator = new Operator(couch, main, directory.resolve("logs"));
    }

    @AfterEach
    void drop() throws Exception {
        ucr.close();
    }

    @Test
    void endsInTheExpectedRowsAfterAKill() throws Exception {
        String[] options = {config(), "--chunk-size=1"};
        Process process = operator.starts(directory.resolve("console.txt"), options);
        int inMain = corpus.rows().size() - ucrRows();
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> !process.isAlive() || rows() > inMain + 3);
        boolean alive = process.isAlive();
        process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();

        Operator.Ended ended = operator.runs(options);
        Operator.Ended verified =
                operator.types("verify", "migrate_metadata", "--log-dir=" + operator.logs(), config());

        assertThat(alive).as("whether the kill hit a run").isTrue();
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ended.console())
                .contains("Rows of stage IcdsFile are read from localhost:%d/%s.".formatted(ucr.port(), ucr.name()));
        assertThat(ExpectedRow.readAll(main.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
        assertThat(verified.status()).as(verified.console()).isZero();
    }

    @Test
    void saysHowToNameTheDatabaseAndReadsItOnceItIsNamed(CouchDouble couch) throws Exception {
        Operator.Ended planned =
                Terminal.types(couch, main, List.of("check", "migrate_metadata", "--log-dir=" + operator.logs()));
        Operator.Ended skipped = operator.runs();
        Operator.Ended unread = operator.types("verify", "migrate_metadata", "--log-dir=" + operator.logs());
        Operator.Ended checked = operator.types("check", "migrate_metadata", "--log-dir=" + operator.logs(), config());

        Operator.Ended ended = operator.runs(config());

        assertThat(skipped.status()).as(skipped.console()).isZero();
        assertThat(planned.status()).as(planned.console()).isZero();
        for (Operator.Ended without : List.of(planned, skipped)) {
            assertThat(without.console())
                    .contains(
                            ("IcdsFile: table icds_reports_icdsfile is not in PostgreSQL at localhost:%d/%s: skipped; if this"
                                            + " installation has it in another database, name that one by \"sources\": {\"IcdsFile\": ...}"
                                            + " in the file of --config.")
                                    .formatted(main.port(), main.name()));
        }
        for (Operator.Ended without : List.of(skipped, unread)) {
            assertThat(without.status()).as(without.console()).isZero();
            assertThat(without.lastLines(3))
                    .startsWith(
                            "1 stage was skipped, since its table is not in the database that was looked into: IcdsFile.");
        }
        assertThat(ended.console()).doesNotContain("skipped, since");
        assertThat(checked.status()).as(checked.console()).isZero();
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ExpectedRow.readAll(main.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
    }

    @Test
    void endsWithFourNamingTheDatabaseThatIsNotThere() throws Exception {
        String config = config();
        ucr.close();

        Operator.Ended ended = operator.runs(config, "--max-outage=0s");

        assertThat(ended.status()).as(ended.console()).isEqualTo(4);
        assertThat(ended.console())
                .contains(
                        "PostgreSQL at localhost:%d/%s (IcdsFile): could not connect".formatted(ucr.port(), ucr.name()))
                .doesNotContain(ucr.password());
    }

    private String config() throws Exception {
        Path file = directory.resolve("migrator.json");
        Files.writeString(
                file,
                "{\"sources\": {\"IcdsFile\": {\"PGDATABASE\": \"%s\", \"PGUSER\": \"%s\", \"PGPASSWORD\": \"%s\"}}}"
                        .formatted(ucr.name(), ucr.user(), ucr.password()));
        return "--config=" + file;
    }

    private int rows() throws Exception {
        return Integer.parseInt(
                main.query("select count(*) from blobs_blobmeta").get(0));
    }

    private int ucrRows() throws Exception {
        return Integer.parseInt(
                ucr.query("select count(*) from icds_reports_icdsfile").get(0));
    }
}
