// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The real program as a process, killed at any moment, and started again with the same command. */
@ExtendWith(MigratorExtension.class)
final class KillIT {
    private static final int KILLS_A_STORY = 3;
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    /** Six stories of three kills: eighteen random moments, counted in rows that are already in the target. */
    @RepeatedTest(6)
    void endsInTheExpectedRowsAfterKillsAtRandomMoments(RepetitionInfo story, CouchDouble couch, TestDatabase database)
            throws Exception {
        long seed = Long.getLong("migrator.test.seed", 20181024) + story.getCurrentRepetition();
        System.out.printf("KillIT story %d: -Dmigrator.test.seed=%d%n", story.getCurrentRepetition(), seed);
        SampleDocuments sample = SampleDocuments.of("commcarehq", seed, 4000, 300);
        sample.loadInto(couch);
        sample.loadInto(database);
        Operator operator = new Operator(couch, database, directory.resolve("logs"));
        Random random = new Random(seed);
        for (int kill = 0; kill < KILLS_A_STORY; kill++) {
            couch.forgetRequests();
            Map<String, List<Range>> saved = saved(operator);
            Process process = operator.starts(directory.resolve("console.txt"), "--chunk-size=20");
            killWhen(process, database, random.nextInt(sample.rows().size()));
            assertReadsOnFrom(saved, couch);
        }
        Map<String, List<Range>> saved = saved(operator);
        couch.forgetRequests();

        Operator.Ended ended = operator.runs("--chunk-size=20");

        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(sample.rows());
        assertReadsOnFrom(saved, couch);
    }

    @Test
    void goesOnAfterItsTerminalWasClosed(CouchDouble couch, TestDatabase database) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) makes the terminal");
        SampleDocuments sample = SampleDocuments.of("commcarehq", 7, 4000, 300);
        sample.loadInto(couch);
        sample.loadInto(database);
        Operator operator = new Operator(couch, database, directory.resolve("logs"));
        String command = Operator.program() + " " + String.join(" ", operator.runbook("--chunk-size=5"));
        Process terminal = operator.with("TERM", "xterm")
                .process(List.of("/usr/bin/script", "-qfc", command, "/dev/null"))
                .redirectOutput(directory.resolve("terminal.txt").toFile())
                .start();
        await().atMost(LONG).until(() -> rows(database) > 100);

        terminal.destroyForcibly();

        await().atMost(LONG).until(() -> isFree(operator));
        Operator.Ended ended = operator.runs();
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ended.console()).containsPattern("Processing \\d+ documents \\(~\\d+ already processed\\): ");
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(sample.rows());
    }

    private static void killWhen(Process process, TestDatabase database, int rows) throws Exception {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !process.isAlive() || rows(database) >= rows);
        process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    /** Nothing that was saved as read is asked for again, and no more pages than what is left needs. */
    private static void assertReadsOnFrom(Map<String, List<Range>> saved, CouchDouble couch) {
        saved.forEach((stage, ranges) -> {
            List<CouchRequest> pages = couch.requests(Requests.pages().and(Requests.database(stage)));
            assertThat(pages.size())
                    .as("pages of %s, of which these ranges are left: %s", stage, ranges)
                    .isLessThanOrEqualTo(4 * ranges.size() + 1);
            assertThat(pages).as("pages of %s outside of %s", stage, ranges).allMatch(page -> ranges.stream()
                    .anyMatch(range -> range.holds(page.startKey().orElse(""))));
        });
    }

    /** What the offset file holds of a range that is not read to its end: a sample's ids are ASCII. */
    private record Range(String begins, String ends) {
        boolean holds(String key) {
            return key.compareTo(begins) >= 0 && (ends.isEmpty() || key.compareTo(ends) < 0);
        }
    }

    private static Map<String, List<Range>> saved(Operator operator) throws IOException {
        Map<String, List<Range>> saved = new TreeMap<>();
        Path file = operator.logs().resolve("migrate_metadata.offsets.json");
        if (Files.notExists(file)) {
            return saved;
        }
        JsonObject offsets = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        for (JsonElement element : offsets.getAsJsonArray("stages")) {
            JsonObject stage = element.getAsJsonObject();
            if (!stage.get("database").isJsonNull()) {
                List<Range> open = new ArrayList<>();
                for (JsonElement range : stage.getAsJsonArray("ranges")) {
                    if (!range.getAsJsonObject().get("done").getAsBoolean()) {
                        open.add(range(range.getAsJsonObject()));
                    }
                }
                saved.put(stage.get("name").getAsString(), open);
            }
        }
        return saved;
    }

    private static Range range(JsonObject range) {
        String after = text(range.get("after"));
        return new Range(after.isEmpty() ? text(range.get("from")) : after + "\0", text(range.get("before")));
    }

    private static String text(JsonElement id) {
        return id.isJsonNull() ? "" : id.getAsString();
    }

    private static boolean isFree(Operator operator) throws Exception {
        return operator.types("check", "migrate_metadata", "--log-dir=" + operator.logs())
                        .status()
                == 0;
    }

    private static int rows(TestDatabase database) throws Exception {
        return Integer.parseInt(
                database.query("select count(*) from blobs_blobmeta").get(0));
    }
}
