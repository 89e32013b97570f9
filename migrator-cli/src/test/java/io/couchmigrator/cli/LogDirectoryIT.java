// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.couch.Snapshot;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A log directory that does not fit the run: refused with status 6, and left as it is. */
@ExtendWith(MigratorExtension.class)
final class LogDirectoryIT {
    @TempDir
    private Path directory;

    private Operator operator;

    @BeforeEach
    void loadCorpus(CouchDouble couch, TestDatabase database) throws Exception {
        operator = Operator.ofCorpus(Corpus.load(), couch, database, directory.resolve("logs"));
    }

    @Test
    void refusesATornOffsetFile() throws Exception {
        operator.runs();
        String whole = Files.readString(offsets());
        Files.writeString(offsets(), whole.substring(0, whole.length() / 2));

        assertRefused("is torn", "--reset");
    }

    @Test
    void refusesTheOffsetFileOfANewerVersion() throws Exception {
        operator.runs();
        JsonObject file = JsonParser.parseString(Files.readString(offsets())).getAsJsonObject();
        file.addProperty("format", 99);
        Files.writeString(offsets(), file.toString());

        assertRefused("was written by a newer version: seen format 99, expected ");
    }

    @Test
    void refusesAnOffsetFileThatRequiresWhatIsNotUnderstood() throws Exception {
        Files.createDirectories(operator.logs());
        Files.writeString(offsets(), "{\"format\": 2, \"requires\": [\"owning\"]}");

        assertRefused("requires what this version does not understand: seen [\"owning\"]", "newer", "--reset");
    }

    @Test
    void refusesADatabaseThatWasCreatedAgain(CouchDouble couch) throws Exception {
        operator.runs();
        couch.drop("commcarehq__domains");
        couch.create("commcarehq__domains");

        assertRefused("belongs to something else", "stage \"commcarehq__domains\"", "instance_start_time", "--reset");
    }

    @Test
    void refusesADatabaseThatWasRestoredFromABackupAndGoesOnWithItWhenAsked(CouchDouble couch) throws Exception {
        CouchDatabase forms = couch.database("commcarehq");
        Snapshot backup = forms.snapshot();
        JsonObject form = new JsonObject();
        form.addProperty("_id", "added-after-the-backup");
        forms.put(form);
        operator.runs();
        forms.restore(backup);

        assertRefused(
                "belongs to something else",
                "stage \"commcarehq\" went back to an older state: seen ",
                "--accept-new-source",
                "--reset");
        Operator.Ended accepted = operator.runs("--accept-new-source");
        Operator.Ended again = operator.runs();

        assertThat(accepted.status()).as(accepted.console()).isEqualTo(5);
        assertThat(accepted.console())
                .containsOnlyOnce("is taken for a new one")
                .contains("Warning: the CouchDB database of stage \"commcarehq\" is taken for a new one");
        assertThat(accepted.lastLines(1)).doesNotContain("--accept-new-source");
        assertThat(again.status()).as(again.console()).isEqualTo(5);
    }

    @Test
    void refusesAnotherTarget(CouchDouble couch, PostgresServer server) throws Exception {
        operator.runs();
        try (TestDatabase other = server.createDatabase()) {
            Corpus.load().loadInto(other);
            operator = new Operator(couch, other, operator.logs());

            assertRefused("belongs to something else", "database", other.name());
            assertThat(other.query("SELECT key FROM blobs_blobmeta")).isEmpty();
        }
    }

    @Test
    void startsOverWhenAskedAndKeepsTheFormerFiles(TestDatabase database) throws Exception {
        operator.runs();
        int rows = database.query("SELECT key FROM blobs_blobmeta").size();
        Files.writeString(offsets(), "torn");

        Operator.Ended ended = operator.runs("--reset");

        assertThat(ended.status()).as(ended.console()).isEqualTo(5);
        assertThat(ended.console())
                .containsPattern("Put aside " + offsets() + "\\.\\d{8}T\\d{6}Z\\.bak to start over\\.");
        assertThat(ended.console()).contains(" 0 rows written, %d already there".formatted(rows));
        assertThat(ended.lastLines(1)).doesNotContain("--reset");
        try (Stream<Path> files = Files.list(operator.logs())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.matches("migrate_metadata\\.offsets\\.json\\..*\\.bak"))
                    .anyMatch(name -> name.matches("migrate_metadata\\.rejects\\.jsonl\\..*\\.bak"));
        }
    }

    @Test
    void refusesADirectoryInUseAndSaysByWhom(CouchDouble couch) throws Exception {
        couch.script(Fault.silence().on(Requests.pages()));
        Process first = operator.starts(directory.resolve("console.txt"));
        try {
            couch.awaitRequests(Requests.pages(), 1, Duration.ofMinutes(1));

            Operator.Ended second = operator.runs();

            assertThat(second.status()).as(second.console()).isEqualTo(9);
            assertThat(second.lastLines(2))
                    .startsWith(
                            "Another run of this migration goes on, or a table of it is another's or nobody's (exit status 9). ");
            assertThat(second.console())
                    .contains("in use", String.valueOf(first.pid()))
                    .doesNotContain("\tat ");
        } finally {
            first.destroyForcibly().waitFor();
        }
        couch.heal();
        await().atMost(Duration.ofMinutes(1)).until(() -> operator.runs().status() == 5);
    }

    @Test
    void worksInADirectoryOfAnyName(CouchDouble couch, TestDatabase database) throws Exception {
        Path odd = directory.resolve("100%d {x} "
                + (Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"))
                                .newEncoder()
                                .canEncode('ü')
                        ? "ü"
                        : "u"));
        operator = new Operator(couch, database, odd);

        Operator.Ended ran = operator.runs();
        Operator.Ended verified = operator.types("verify", "migrate_metadata", "--log-dir=" + odd);

        assertThat(ran.status()).as(ran.console()).isEqualTo(5);
        assertThat(verified.console()).doesNotContain("(exit status 1)", "\tat ");
        assertThat(odd.resolve("migrator.log")).isNotEmptyFile();
        assertThat(ran.lastLines(1)).contains("'--log-dir=" + odd + "'");
    }

    private void assertRefused(String... words) throws Exception {
        String before = Files.readString(offsets());

        Operator.Ended ended = operator.runs();

        assertThat(ended.status()).as(ended.console()).isEqualTo(6);
        assertThat(ended.console())
                .contains("Error: ", offsets().toString())
                .contains(words)
                .doesNotContain("\tat ");
        assertThat(ended.lastLines(2)).contains("(exit status 6)");
        assertThat(Files.readString(offsets())).isEqualTo(before);
    }

    private Path offsets() {
        return operator.logs().resolve("migrate_metadata.offsets.json");
    }
}
