// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What cron mails of a line that ends in {@code >/dev/null}: what comes on standard error. */
@ExtendWith(MigratorExtension.class)
final class StreamsIT {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private CouchDouble couch;
    private TestDatabase database;

    @TempDir
    private Path directory;

    @BeforeEach
    void writeDocuments(CouchDouble server, TestDatabase empty) {
        couch = server;
        database = empty;
        JsonObject apple = new JsonObject();
        apple.addProperty("_id", "apple");
        couch.create("shop").put(apple);
    }

    @Test
    void cronMailsNothingWhereAllIsWell() {
        assertThat(types("run", "--verbose")).isZero();
        assertThat(types("verify")).isZero();
        assertThat(types("check")).isZero();

        assertThat(errors()).isEmpty();
        assertThat(output())
                .contains("shop: 1 read, of which this run processed 1.\n")
                .contains("Processing 1 documents: ", "documents is complete: ", "shop: all as it should be.")
                .contains("documents is verified: ", "documents can run: ");
    }

    @Test
    void aCheckOfWhatARunCreatesMailsNothing() {
        assertThat(types("check")).isZero();

        assertThat(errors()).isEmpty();
        assertThat(output())
                .contains(
                        "\n  documents: does not exist; a run creates it\n",
                        "\n  public.couch_migrator_owner: does not exist; a run creates it\n");
    }

    @Test
    void cronMailsWhatIsWrongAndItsVerdict() throws Exception {
        types("run");
        database.execute("delete from documents");
        output.reset();

        int differs = types("verify");

        assertThat(differs).isEqualTo(7);
        assertThat(errors())
                .startsWith("shop: 1 missing.\nTarget: PostgreSQL at ")
                .contains("\ndocuments differs: ", "To bring what is missing");
        assertThat(output()).contains("Verifying 1 documents: ").doesNotContain("missing");
    }

    @Test
    void cronMailsAFailureAndTheCommandThatGoesOn() {
        types("run");
        couch.stop();
        output.reset();

        int failed = types("run", "--max-outage=0s");

        assertThat(failed).isEqualTo(3);
        assertThat(errors()).contains("Error: ", "CouchDB failed (exit status 3).", "    migrator run documents");
        assertThat(output()).doesNotContain("Error", "failed");
    }

    @Test
    void cronMailsABugAndTheFileToSendOfIt() throws Exception {
        Path history = directory.resolve("logs/documents.history.jsonl");
        Consumer<Runnable> broken = tell -> {
            await().until(() ->
                    Files.exists(history) && Files.readString(history).contains("run ended"));
            throw new IllegalStateException("nobody may ask");
        };

        int status = types(broken, "run", "--output=json");

        Path log = directory.resolve("logs/migrator.log");
        assertThat(status).isEqualTo(1);
        assertThat(errors())
                .containsPattern(
                        "documents ended unexpectedly after [:\\d]+: java.lang.IllegalStateException: nobody may ask at ")
                .contains("\nPlease report this bug and send the file %s. ".formatted(log))
                .endsWith("\n    migrator run documents --couch-db=shop --log-dir=%s --output=json\n"
                        .formatted(directory.resolve("logs")));
        assertThat(last().get("outcome").getAsString()).isEqualTo("UNEXPECTED");
        assertThat(last().get("exit_status").getAsInt()).isEqualTo(1);
        assertThat(log).content().contains("the run ended unexpectedly", "nobody may ask");
    }

    @Test
    void cronMailsWhatACheckFinds() {
        couch.drop("shop");

        int status = types("check");

        assertThat(status).isEqualTo(3);
        assertThat(errors()).contains("Error: ", "documents cannot run: 1 fault.");
    }

    /** On a terminal, whose other lines are parted, it is copied. */
    @Test
    void aScriptOfGrantsCanBePipedIntoPsql() throws Exception {
        types("run");
        database.execute("revoke update, delete on documents from %1$s; revoke insert on couch_migrator_owner from %1$s"
                .formatted(database.user()));
        output.reset();

        int lacking = Terminal.typesOn("dumb", couch, database, words("check", "--grants"), output, errors);
        String script = output();
        database.execute(script);
        String faults = errors();
        errors.reset();

        assertThat(lacking).isEqualTo(4);
        assertThat(script.lines()).allMatch(line -> line.startsWith("-- user ") || line.startsWith("grant "));
        assertThat(script.lines().filter(line -> line.startsWith("grant "))).hasSize(2);
        assertThat(faults).contains("documents cannot run: 2 faults.").doesNotContain("--grants");
        assertThat(types("check", "--grants")).isZero();
        output.reset();
        assertThat(types("check", "--output=json")).isZero();
        assertThat(output().lines()).hasSize(1);
        assertThat(last().get("next").getAsString()).startsWith("migrator run documents ");
        assertThat(errors()).isEmpty();
    }

    /** First nothing is there, then somebody else's are all tables. */
    @Test
    void aScriptOfGrantsIsAllThatAUserNeedsWhoMayOnlyConnect() throws Exception {
        superuser("""
                alter database %1$s owner to postgres; revoke all on database %1$s from public; grant connect on database %1$s to %1$s;
                alter schema public owner to postgres; revoke all on schema public from public
                """);
        assertThatItsScriptOfGrantsIsEnough();
        superuser("""
                alter table documents owner to postgres; alter table couch_migrator_owner owner to postgres;
                revoke all on documents, couch_migrator_owner from %1$s; revoke all on schema public from %1$s
                """);
        assertThatItsScriptOfGrantsIsEnough();
    }

    private void assertThatItsScriptOfGrantsIsEnough() throws Exception {
        output.reset();
        assertThat(types("check", "--grants")).isEqualTo(4);
        superuser(output());
        errors.reset();

        assertThat(types("check")).isZero();
        assertThat(types("run")).isZero();
        assertThat(types("verify")).isZero();
    }

    private void superuser(String sql) throws Exception {
        try (Connection superuser = DriverManager.getConnection(database.jdbcUrl() + "?user=postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute(sql.formatted(database.user()));
        }
    }

    @Test
    void aCheckSaysHowToHaveWhatIsToBeGranted() throws Exception {
        types("run");
        database.execute("revoke update on documents from " + database.user());

        int lacking = types("check");

        assertThat(lacking).isEqualTo(4);
        assertThat(errors())
                .startsWith("Error: user ")
                .containsPattern("as a script for psql:\\R    migrator check documents .* --grants\\R");
    }

    @Test
    void tellsNothingQuietlyButWhatIsWrong() throws Exception {
        assertThat(types("run", "--quiet")).isZero();
        assertThat(output() + errors()).isEmpty();
        database.execute("delete from documents");

        assertThat(types("verify", "--quiet")).isEqualTo(7);
        assertThat(output()).isEmpty();
        assertThat(errors()).startsWith("shop: 1 missing.\n");
        assertThat(types("run", "--quiet", "--verbose")).isEqualTo(2);
    }

    @Test
    void tellsAProgramAnEventALineAndCronWhatIsWrong() throws Exception {
        assertThat(types("run", "--output=json")).isZero();
        assertThat(events())
                .containsSubsequence("started", "stage_started", "progress", "stage_read", "stage_finished", "verdict");
        assertThat(errors()).isEmpty();
        couch.stop();
        output.reset();

        int failed = types("run", "--output=json", "--max-outage=0s");

        assertThat(failed).isEqualTo(3);
        assertThat(events()).endsWith("error", "verdict");
        assertThat(last().get("outcome").getAsString()).isEqualTo("SOURCE_FAILED");
        assertThat(last().get("exit_status").getAsInt()).isEqualTo(3);
        assertThat(last().get("next").getAsString()).startsWith("migrator run documents ");
        assertThat(errors()).contains("Error: ", "CouchDB failed (exit status 3).");
    }

    @Test
    void tellsAProgramThatTheTimeIsUp() {
        couch.script(Fault.dribble(1, Duration.ofMillis(50)).on(Requests.pages()));

        int stopped = types("run", "--output=json", "--max-duration=1s");

        assertThat(stopped).isEqualTo(8);
        assertThat(events()).startsWith("started").endsWith("verdict");
        assertThat(last().get("exit_status").getAsInt()).isEqualTo(8);
        assertThat(last().get("outcome").getAsString()).isEqualTo("STOPPED_BY_LIMIT");
        assertThat(last().get("next").getAsString()).endsWith(" --max-duration=1s");
        assertThat(errors())
                .contains("\nStopped by --max-duration (exit status 8).")
                .doesNotContain("Error: ");
    }

    private List<String> events() {
        return output().lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .map(event -> event.get("event").getAsString())
                .toList();
    }

    private JsonObject last() {
        List<String> lines = output().lines().toList();
        return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }

    private int types(String command, String... more) {
        return types(tell -> {}, command, more);
    }

    private int types(Consumer<Runnable> progressRequests, String command, String... more) {
        return Terminal.types(couch, database, words(command, more), output, errors, progressRequests);
    }

    private List<String> words(String command, String... more) {
        List<String> words = new ArrayList<>(
                List.of(command, "documents", "--couch-db=shop", "--log-dir=" + directory.resolve("logs")));
        words.addAll(List.of(more));
        return words;
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Returns what went to standard error, but for what a busy machine was waited for, which is none of the command's. */
    private String errors() {
        return errors.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("Waiting for ")
                        && !line.contains(" goes on after ")
                        && !line.contains(" has answered after "))
                .map(line -> line + "\n")
                .collect(joining());
    }
}
