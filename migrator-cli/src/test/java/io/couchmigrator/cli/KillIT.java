// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.CouchDouble;
import io.couchmigrator.testkit.CouchRequest;
import io.couchmigrator.testkit.ExpectedRow;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.Requests;
import io.couchmigrator.testkit.SampleDocuments;
import io.couchmigrator.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    /** Ten stories of three kills: thirty random moments, counted in rows that are already in the target. */
    @RepeatedTest(10)
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
            Map<String, Saved> saved = saved(operator);
            Process process = operator.starts(directory.resolve("console.txt"), "--chunk-size=20");
            killWhen(process, database, random.nextInt(sample.rows().size()));
            assertReadsOnFrom(saved, couch);
        }
        Map<String, Saved> saved = saved(operator);
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
        Process terminal = operator.process(List.of("/usr/bin/script", "-qfc", command, "/dev/null"))
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

    /** Nothing before what was saved is asked for again, and no more pages than what is left needs. */
    private static void assertReadsOnFrom(Map<String, Saved> saved, CouchDouble couch) {
        saved.forEach((stage, before) -> {
            List<CouchRequest> pages = couch.requests(
                    Requests.pages().and(Requests.database(stage)).and(KillIT::readsDocuments));
            long left = before.total() - before.read();
            assertThat(pages.size())
                    .as("pages of %s with %d documents left", stage, left)
                    .isLessThanOrEqualTo((int) (left / 1000) + 3);
            assertThat(pages)
                    .as("pages of %s that begin before \"%s\"", stage, before.after())
                    .noneMatch(page -> page.startKey().orElse("").compareTo(before.after()) < 0);
        });
    }

    private static boolean readsDocuments(CouchRequest request) {
        return !request.parameter("limit").orElse("").equals("0");
    }

    /** What the offset file holds of one stage, whose sample ids are ASCII. */
    private record Saved(long total, long read, String after) {}

    private static Map<String, Saved> saved(Operator operator) throws IOException {
        Map<String, Saved> saved = new TreeMap<>();
        Path file = operator.logs().resolve("migrate_metadata.offsets.json");
        if (Files.notExists(file)) {
            return saved;
        }
        JsonObject offsets = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        for (JsonElement element : offsets.getAsJsonArray("stages")) {
            JsonObject stage = element.getAsJsonObject();
            if (!stage.get("database").isJsonNull()) {
                JsonObject range = stage.getAsJsonArray("ranges").get(0).getAsJsonObject();
                saved.put(
                        stage.get("name").getAsString(),
                        new Saved(
                                stage.get("total").getAsLong(),
                                range.getAsJsonObject("tallies").get("read").getAsLong(),
                                range.get("after").isJsonNull()
                                        ? ""
                                        : range.get("after").getAsString()));
            }
        }
        return saved;
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
