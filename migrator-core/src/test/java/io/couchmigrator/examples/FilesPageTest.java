// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Result.Depth;
import io.couchmigrator.internal.files.HistoryFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the files that docs/reference/files.md names against those that the library makes; the command line's are held by its own tests. */
final class FilesPageTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39Z");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|]*`) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    @TempDir
    private Path logs;

    @Test
    void namesEachFileOfTheLogDirectoryAndNoOther() throws IOException {
        List<String> made = made();
        List<String> named = named();

        assertThat(made).allMatch(file -> named.stream().anyMatch(name -> file.matches(pattern(name))));
        assertThat(named.stream().filter(name -> made.stream().noneMatch(file -> file.matches(pattern(name)))))
                .containsExactlyInAnyOrder(
                        "migrate_metadata-blob-migration-UTC-summary.txt",
                        "migrate_metadata-verify-UTC-summary.txt",
                        "migrator.log",
                        "migrator.log.N");
    }

    private List<String> made() throws IOException {
        List<Path> made = new ArrayList<>();
        try (LogDirectory run = LogDirectory.open(logs, "migrate_metadata", "blob-migration", NOW)) {
            made.addAll(List.of(run.offsets(), run.rejects(), run.history(), HistoryFile.aside(run.history())));
            made.addAll(List.of(run.throttle(), run.migrationLog(0), Files.createFile(run.offsets())));
            run.setAside(run.offsets()).ifPresent(made::add);
            WholeFile.replace(run.offsets(), file -> made.addAll(inTheDirectory()));
        }
        try (LogDirectory verification = LogDirectory.openToVerify(logs, "migrate_metadata", Depth.FULL, NOW)) {
            made.add(verification.findings());
            made.addAll(verification.offsetsOfVerifications());
        }
        made.addAll(inTheDirectory());
        return made.stream().map(file -> file.getFileName().toString()).toList();
    }

    private List<Path> inTheDirectory() throws IOException {
        try (Stream<Path> files = Files.list(logs)) {
            return files.toList();
        }
    }

    private static List<String> named() throws IOException {
        String page = Files.readString(ReadmeTest.ROOT.resolve("docs/reference/files.md"));
        return ROW.matcher(page)
                .results()
                .flatMap(row -> NAME.matcher(row.group(1)).results())
                .map(name -> name.group(1))
                .toList();
    }

    private static String pattern(String name) {
        return name.replace(".", "\\.")
                .replace("UTC", "\\d{8}T\\d{6}Z")
                .replaceFirst("N$", "\\\\d+")
                .replace("…", ".*");
    }
}
