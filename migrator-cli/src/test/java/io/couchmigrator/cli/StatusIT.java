// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From another terminal, with no word about servers: where a migration stands while it runs, and afterwards. */
@ExtendWith(MigratorExtension.class)
final class StatusIT {
    private static final int COUNT = 2_000;
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    @TempDir
    private Path directory;

    private @Nullable Process running;

    @AfterEach
    void endProcess() {
        if (running != null) {
            running.destroyForcibly();
        }
    }

    @Test
    void tellsOfARunWhileItGoesOnAndOfItsRejectsAfterwards(CouchDouble couch, TestDatabase database) throws Exception {
        assumeThat(SCRIPT).as("makes the terminal").isExecutable();
        CouchDatabase orders = couch.create("orders");
        orders.load(IntStream.range(0, COUNT).mapToObj(StatusIT::order));
        Path logs = directory.resolve("logs");
        Path console = directory.resolve("console.txt");
        // The first two pages are samples.
        couch.script(Fault.silence().on(Requests.pages()).after(3).once());
        Operator operator = new Operator(List.of(Operator.program()), "documents", couch, database, logs);
        Process run =
                operator.starts(console, "--couch-db=orders", "--table=orders", "--num-workers=1", "--chunk-size=50");
        running = run;
        String offsets = "documents.offsets.json";
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Files.exists(logs.resolve(offsets))
                        && Files.readString(logs.resolve(offsets)).contains("\"after\": \"o"));

        Operator.Ended during = operator.types("status", "documents", "--log-dir=" + logs, "--output=json");
        Operator.Ended full = watches(operator, "%s >/dev/full");
        Operator.Ended unread = watches(
                operator, "{ until [ -e gone ]; do sleep 0.1; done; %s; echo $? >&2; } | { exec <&-; : >gone; }");
        long rows = Long.parseLong(database.query("select count(*) from orders").get(0));
        Path watched = directory.resolve("watched.txt");
        Process watching = watches(operator, "stty rows 5 cols 80", watched);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !watching.isAlive() || Files.readString(watched).contains("\u001b[J"));
        couch.release();
        int status = run.waitFor();
        Operator.Ended after = operator.types("status", "--log-dir=" + logs, "--watch");
        assertThat(watching.waitFor()).isZero();
        Operator.Ended rejects = operator.types("rejects", "documents", "--log-dir=" + logs, "--output=csv");

        String listing = "    " + Operator.program() + " rejects documents --log-dir=" + logs;
        assertThat(status).as(Files.readString(console)).isEqualTo(5);
        assertThat(console).content().contains(listing);
        assertThat(during.status()).as(during.console()).isZero();
        JsonObject told = JsonParser.parseString(during.console()).getAsJsonObject();
        assertThat(full.console())
                .isEqualTo(
                        "migrator: standard output cannot be written: No space left on device: what was asked for is not all there\n");
        assertThat(full.status()).isEqualTo(2);
        assertThat(unread.console()).as("its status alone").isEqualTo("2\n");
        assertThat(told.get("state").getAsString()).isEqualTo("running");
        assertThat(told.getAsJsonObject("holder").get("pid").getAsLong()).isEqualTo(run.pid());
        JsonObject all = told.getAsJsonObject("migration").getAsJsonObject("all");
        assertThat(all.get("phase").getAsString()).isEqualTo("reading");
        assertThat(all.get("total").getAsLong()).isEqualTo(COUNT);
        assertThat(all.get("done").getAsLong()).isPositive().isLessThanOrEqualTo(rows);
        assertThat(Files.readString(watched))
                .as("the first four lines, and none that a low terminal has scrolled away")
                .startsWith("documents: running since ")
                .contains("\r\u001b[4A\u001b[J")
                .doesNotContainPattern("\u001b\\[([5-9]|\\d\\d)A")
                .contains("documents: complete at ");
        assertThat(after.status()).as(after.console()).isZero();
        assertThat(after.console()).startsWith("documents: complete at ").contains(", but for 1 reject\n", listing);
        assertThat(rejects.status()).isZero();
        assertThat(rejects.console()).contains("orders,o7,", ",nul-character,").hasLineCount(2);
    }

    /** Watches a run that would go on for longer, with its standard output as the shell makes it. */
    private Operator.Ended watches(Operator operator, String pipeline) throws Exception {
        String command =
                "timeout 60 %s status documents --watch --log-dir=%s".formatted(Operator.program(), operator.logs());
        Process watching = operator.process(List.of("sh", "-c", pipeline.formatted(command)))
                .directory(directory.toFile())
                .start();
        String console = new String(watching.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Operator.Ended(watching.waitFor(), console);
    }

    private static Process watches(Operator operator, String setUp, Path printed) throws IOException {
        String command = "%s; TERM=xterm %s status documents --watch --log-dir=%s"
                .formatted(setUp, Operator.program(), operator.logs());
        return operator.process(List.of(SCRIPT.toString(), "-qefc", command, "/dev/null"))
                .redirectOutput(printed.toFile())
                .start();
    }

    private static JsonObject order(int number) {
        JsonObject order = new JsonObject();
        order.addProperty("_id", "o" + number);
        order.addProperty("note", number == 7 ? "\0" : "paid");
        return order;
    }
}
