// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OldLogsTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39Z");

    @TempDir
    private Path place;

    @Test
    void goButForTheLatestHundredOfEachKind() throws IOException {
        for (int run = 100; run < 205; run++) {
            make("orders-run-20181024T000%sZ-summary.txt".formatted(run));
        }
        make("orders-run-20180101T000000Z.txt.0");
        make("orders-run-20180101T000000Z.txt.12");

        try (LogDirectory directory = LogDirectory.open(place, "orders", "run", NOW)) {
            directory.deleteOldLogs();
        }

        assertThat(names())
                .contains(
                        "orders-run-20180101T000000Z.txt.0",
                        "orders-run-20180101T000000Z.txt.12",
                        "orders-run-20181024T000105Z-summary.txt",
                        "orders-run-20181024T000204Z-summary.txt")
                .doesNotContain("orders-run-20181024T000104Z-summary.txt")
                .hasSize(1 + 2 + 100);
    }

    @Test
    void areNoFilesOfOtherRunsAndNamesOfOthers() throws IOException {
        for (int run = 100; run < 210; run++) {
            make("orders-verify-20181024T000%sZ.jsonl".formatted(run));
            make("other-run-20181024T000%sZ-summary.txt".formatted(run));
            make("orders-run-20181024T000%sZ-summary.txt.gz".formatted(run));
            make("orders-run-20181024T000%sZ.bak".formatted(run));
            make("orders-run-run-20181024T000%sZ.txt.0".formatted(run));
        }

        try (LogDirectory directory = LogDirectory.open(place, "orders", "run", NOW)) {
            directory.deleteOldLogs();
        }

        assertThat(names()).hasSize(1 + 5 * 110);
    }

    @Test
    void ofHistoryOneStaysBesideTheCurrent() throws IOException {
        Path history = place.resolve("orders.history.jsonl");
        Files.writeString(place.resolve("orders.history.jsonl.1"), "the one before");
        try (RandomAccessFile large = new RandomAccessFile(history.toFile(), "rw")) {
            large.setLength(10_000_001);
        }

        for (int run = 0; run < 2; run++) {
            try (HistoryFile opened = HistoryFile.open(history, Clock.systemUTC())) {
                opened.started(new JsonObject());
            }
        }

        assertThat(Files.readAllLines(history)).hasSize(2);
        assertThat(place.resolve("orders.history.jsonl.1")).hasSize(10_000_001);
        assertThat(names()).hasSize(2);
    }

    @Test
    void areNotTheOnesThatThisRunWritesThoughTheClockWasPutBack() throws IOException {
        for (int run = 100; run < 205; run++) {
            make("orders-run-20191024T000%sZ-summary.txt".formatted(run));
        }

        try (LogDirectory directory = LogDirectory.open(place, "orders", "run", NOW)) {
            make(directory.run().getFileName() + "-summary.txt");
            directory.deleteOldLogs();
        }

        assertThat(names())
                .contains("orders-run-20181024T205839Z-summary.txt")
                .doesNotContain("orders-run-20191024T000104Z-summary.txt")
                .hasSize(1 + 100 + 1);
    }

    @Test
    void goThoughOneOfThemCannotBeDeleted() throws IOException {
        for (int run = 100; run < 205; run++) {
            make("orders-run-20171024T000%sZ-summary.txt".formatted(run));
        }
        Path stays = place.resolve("orders-run-20171024T000104Z-summary.txt");
        Files.delete(stays);
        Files.createDirectories(stays.resolve("somebody's"));

        try (LogDirectory directory = LogDirectory.open(place, "orders", "run", NOW)) {
            directory.deleteOldLogs();
        }

        assertThat(names())
                .contains("orders-run-20171024T000104Z-summary.txt")
                .doesNotContain("orders-run-20171024T000103Z-summary.txt", "orders-run-20171024T000100Z-summary.txt");
    }

    private void make(String name) throws IOException {
        Files.createFile(place.resolve(name));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
