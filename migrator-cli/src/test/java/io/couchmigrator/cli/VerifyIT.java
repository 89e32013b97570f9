// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code migrator verify} on the corpus, with the real program. */
@ExtendWith(MigratorExtension.class)
final class VerifyIT {
    @TempDir
    private Path directory;

    private Corpus corpus;
    private Operator operator;

    @BeforeEach
    void loadCorpus(CouchDouble couch, TestDatabase database) throws Exception {
        corpus = Corpus.load();
        operator = Operator.ofCorpus(corpus, couch, database, directory.resolve("logs"));
    }

    @Test
    void findsEveryRowOfTheCorpusAndTellsEachStage() throws Exception {
        operator.runs();

        Operator.Ended ended = verifies();

        assertThat(ended.console())
                .contains(
                        "Verifying 279 documents: ",
                        "\ncommcarehq: 1 rejected.\n",
                        "\nIcdsFile: all as it should be.\n");
        List<String> lines = ended.lastLines(4).lines().toList();
        assertThat(lines.get(0))
                .matches(
                        "migrate_metadata is verified, but for rejects: %d rows as they should be; of .* documents 1 rejected; .*"
                                .formatted(corpus.rows().size()));
        assertThat(lines.get(1)).startsWith("1 reject is outstanding, listed in ");
        assertThat(lines.get(3)).contains(" run migrate_metadata --log-dir=");
        assertThat(ended.status()).isEqualTo(5);
    }

    @Test
    void endsWithItsOwnStatusAndNamesTheCommandThatBringsWhatIsMissing(TestDatabase database) throws Exception {
        operator.runs();
        List<String> rows = rows(database);
        database.execute(
                "delete from blobs_blobmeta where id in (select id from blobs_blobmeta order by key collate \"C\" limit 9)");

        Operator.Ended ended = verifies();
        Operator.Ended run = operator.runs();
        Operator.Ended again = verifies();

        assertThat(ended.status()).isEqualTo(7);
        List<String> lines = ended.lastLines(4).lines().toList();
        assertThat(lines.get(0)).startsWith("migrate_metadata differs: ");
        assertThat(lines.get(3)).contains(" run migrate_metadata --log-dir=").doesNotContain(" verify ");
        Path findings = Path.of(lines.get(1).replaceAll(".* listed in (\\S+\\.jsonl)\\.", "$1"));
        assertThat(Files.readString(findings)).contains("\"finding\":\"missing\"");
        assertThat(run.status()).as(run.console()).isEqualTo(5);
        assertThat(rows(database)).isEqualTo(rows);
        assertThat(again.status()).as(again.console()).isEqualTo(5);
        assertThat(files()).allSatisfy(file -> assertThat(named()).anyMatch(file::matches));
    }

    @Test
    void saysWhatToDoWhereNothingRan() throws Exception {
        Operator.Ended none = verifies();
        Files.createDirectories(operator.logs());
        Operator.Ended empty = verifies();

        assertThat(none.status()).isEqualTo(2);
        assertThat(none.console()).contains("there is no log directory " + operator.logs());
        assertThat(empty.status()).isEqualTo(6);
        assertThat(empty.console()).contains("there is nothing to verify", "run the migration first");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(operator.logs())) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Returns what names of files docs/reference/files.md has, as patterns. */
    private static List<String> named() throws IOException {
        String page = Files.readString(Path.of("../docs/reference/files.md"));
        return Pattern.compile("`([^`]+)`")
                .matcher(page)
                .results()
                .map(name -> name.group(1)
                        .replace(".", "\\.")
                        .replace("UTC", "\\d{8}T\\d{6}Z")
                        .replaceFirst("N$", "\\\\d+"))
                .toList();
    }

    private Operator.Ended verifies() throws Exception {
        return operator.types("verify", "migrate_metadata", "--log-dir=" + operator.logs());
    }

    private static List<String> rows(TestDatabase database) throws Exception {
        return database.query(
                "select key || ' ' || domain || ' ' || parent_id || ' ' || name from blobs_blobmeta order by key collate \"C\"");
    }
}
