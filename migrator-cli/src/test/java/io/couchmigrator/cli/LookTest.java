// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.couchmigrator.cli.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code status} and {@code rejects} of directories as runs leave them, and as they do not. */
final class LookTest {
    private static final String OFFSETS = """
            {
              "format": 2, "requires": [], "migration": "documents", "saved": "2018-10-24T20:58:39Z",
              "source": {"url": "http://couch:5984/", "uuid": null},
              "target": {"system_identifier": null, "database": "hq", "database_oid": 7, "table_oids": {}},
              "outstanding_rejects": 5,
              "stages": [{
                "name": "orders", "definition": 1, "database": "orders", "instance_start_time": "1",
                "phase": "reading", "sequence": "0", "total": 100, "planned": "2018-10-24T20:58:39Z", "completed": null,
                "tallies_outside_ranges": {"read": 0, "processed": 0, "filtered": 0, "rejected": 0, "written": 0, "already_there": 0},
                "ranges": [{"from": null, "before": null, "after": "x", "rank": 40, "done": false, "tallies":
                  {"read": 40, "processed": 37, "filtered": 0, "rejected": 3, "written": 37, "already_there": 0}}]
              }]
            }
            """;

    private static final String REJECTS = """
            {"event":"rejected","at":"2018-10-24T20:58:39Z","stage":"orders","doc_id":"plain","rev":"1-a","code":"value-too-long","reason":"customer is too long"}
            {"event":"rejected","at":"2018-10-24T20:58:39Z","stage":"orders","doc_id":"gone","rev":"1-b","code":"wrong-type","reason":"total"}
            {"event":"resolved","at":"2018-10-24T20:58:40Z","stage":"orders","doc_id":"gone"}
            {"event":"missing","at":"2018-10-24T20:58:41Z","stage":"orders","doc_id":"lost","rev":"1-c"}
            {"event":"different again","at":"2018-10-24T20:58:41Z","stage":"orders","doc_id":"undone","rev":"1-e"}
            {"event":"rejected","at":"2018-10-24T20:58:41Z","stage":"orders","doc_id":"of-yours","rev":"1-f","code":"too-cheap","reason":"total is below 1"}
            {"event":"rejected","at":"2018-10-24T20:58:42Z","stage":"orders","doc_id":"odd\\u001b[31m,\\n\\"quoted\\"","rev":"1-d","code":"value-too-long","reason":"customer is too long"}
            {"event":"rejected","at":"2018-10-24T20:58:43Z","stage":"orders","doc_id":"torn","re""";

    private static final String HISTORY = """
            {"at":"2018-10-24T20:00:00Z","event":"run started","pid":4242,"host":"db1","version":"1","settings":{"purpose":"migrate","migration":"documents","couch_url":"http://couch:5984/","couch_user":"reader","num_workers":8,"chunk_size":1000,"max_rejected_percent":0.5,"max_outage":"PT2H"}}
            """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path logs;

    @BeforeEach
    void leaveARun() throws IOException {
        Files.writeString(logs.resolve("documents.offsets.json"), OFFSETS);
        Files.writeString(logs.resolve("documents.rejects.jsonl"), REJECTS);
        Files.writeString(logs.resolve("documents.history.jsonl"), HISTORY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "status documents"})
    void tellsWhereAMigrationStands(String words) {
        assertThat(run((words + " --log-dir=" + logs).split(" "))).isZero();

        assertThat(out().lines())
                .startsWith(
                        "documents: killed, or its machine was, or stopped at once: it never ended",
                        "  begun at 2018-10-24T20:00:00Z as process 4242 on host db1")
                .contains("orders                         35         100  35%          unfinished        5")
                .endsWith(
                        "To go on, run the same command again, with what else it was given:",
                        "    migrator run documents --log-dir=" + logs
                                + " --couch-db=orders --couch-url=http://couch:5984/ --couch-user=reader --num-workers=8"
                                + " --max-rejects=0.5% --max-outage=120m");
        assertThat(err()).isEmpty();
    }

    @Test
    void goesOnWithReadingAgainThatIsBegunThoughTheClockWentBack() throws IOException {
        Files.writeString(
                logs.resolve("documents.history.jsonl"),
                HISTORY.replace("2018-10-24T20:00:00Z", "2018-10-24T21:00:00Z")
                                .replaceFirst("\"num_workers\"", "\"reread\":true,$0")
                        + "{\"at\":\"2018-10-24T20:58:39Z\",\"event\":\"offsets saved\"}\n");

        assertThat(run("status", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out().replaceAll("\\s+", " ")).contains("but without --reread, which is under way:");
        assertThat(lastLine()).contains("--couch-db=orders").doesNotContain("--reread");
    }

    @Test
    void asksForReadingAgainOnceMoreWhereNothingOfItWasSaved() throws IOException {
        Files.writeString(
                logs.resolve("documents.history.jsonl"),
                HISTORY.replaceFirst("\"num_workers\"", "\"reread\":true,\"adopt\":false,$0"));

        assertThat(run("status", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out()).doesNotContain("without");
        assertThat(lastLine()).contains("--couch-db=orders").endsWith(" --reread");
    }

    @Test
    void namesTheDatabasesOfARunThatFailedBeforeItReadAny() throws IOException {
        Files.delete(logs.resolve("documents.offsets.json"));
        Files.delete(logs.resolve("documents.rejects.jsonl"));
        Files.writeString(
                logs.resolve("documents.history.jsonl"),
                HISTORY.replaceFirst("\"num_workers\"", "\"stages\":[\"orders\",\"customers\"],$0")
                        + "{\"at\":\"2018-10-24T20:00:01Z\",\"event\":\"run ended\",\"outcome\":\"SOURCE_FAILED\",\"error\":\"status 401\"}\n");

        assertThat(run("status", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out().replaceAll("\\s+", " "))
                .contains(
                        "documents: failed at 2018-10-24T20:00:01Z: CouchDB (exit status 3)",
                        "Last error: status 401",
                        "When that is mended, run the same command again, with what else it was given; nothing was saved yet:");
        assertThat(lastLine()).contains(" --couch-db=orders --couch-db=customers ");
    }

    @Test
    void namesTheDatabasesOfWhichOnlyARunThatFailedWasTold() throws IOException {
        Files.writeString(
                logs.resolve("documents.history.jsonl"),
                HISTORY.replaceFirst("\"num_workers\"", "\"stages\":[\"orders\",\"a, b\"],$0")
                        + "{\"at\":\"2018-10-24T20:00:01Z\",\"event\":\"run ended\",\"outcome\":\"SOURCE_FAILED\"}\n");

        assertThat(run("status", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out()).contains("a, b ");
        assertThat(lastLine()).contains(" --couch-db=orders '--couch-db=a, b' ");
    }

    @Test
    void tellsProgramsInOneObject() {
        assertThat(run("status", "documents", "--log-dir=" + logs, "--output=json"))
                .isZero();

        assertThat(out().lines())
                .singleElement()
                .asString()
                .contains("\"state\":\"killed\"")
                .contains("\"num_workers\":8,", "\"max_rejected_percent\":0.5,", "\"max_outage\":\"PT2H\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "migrate_metadata | \"read\":\"fields\"          | --read=fields",
                "documents        | \"table\":\"archive.orders\" | --table=archive.orders",
                "documents        | \"nul\":\"replace\"          | --nul=replace",
                "documents        | \"deletions\":\"keep\"       | --deletions=keep",
                "documents        | \"deletions\":\"delete\"     | --deletions=delete"
            })
    void goesOnWithWhatDecidesAboutRowsAsItWas(String slug, String setting, String option) throws IOException {
        Files.writeString(
                logs.resolve(slug + ".history.jsonl"), HISTORY.replaceFirst("\"num_workers\"", setting + ",$0"));

        assertThat(run("status", slug, "--log-dir=" + logs)).isZero();

        assertThat(lastLine()).contains(" " + option + " ");
    }

    @Test
    void looksOnceAtWhatIsNotRunning() {
        assertThat(run("status", "--watch", "--log-dir=" + logs)).isZero();

        assertThat(out().lines().filter(line -> line.startsWith("documents: "))).hasSize(1);
    }

    @Test
    void tellsThatNothingWasRun(@TempDir Path empty) {
        assertThat(run("status", "--log-dir=" + empty)).isZero();
        assertThat(run("status", "documents", "--log-dir=" + empty)).isZero();
        assertThat(run("rejects", "documents", "--log-dir=" + empty)).isZero();

        assertThat(out())
                .contains(
                        "Nothing was run in " + empty,
                        "documents: nothing was run here\n",
                        "documents: no reject is outstanding.\n");
        assertThat(out().replaceAll("\\s+", " "))
                .contains("Looked into %s: is that the directory that the run was given?".formatted(empty));
        assertThat(empty).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "status documents", "rejects documents"})
    void refusesWhatCannotBeRead(String words) throws IOException {
        assertThat(run((words + " --log-dir=" + logs.resolve("absent")).split(" ")))
                .isEqualTo(6);
        assertThat(run((words + " --log-dir=" + logs.resolve("documents.offsets.json")).split(" ")))
                .isEqualTo(6);
        Files.writeString(logs.resolve("documents.offsets.json"), "{ \"format\": 3 }");
        assertThat(run((words + " --log-dir=" + logs).split(" "))).isEqualTo(6);
        Files.writeString(logs.resolve("documents.offsets.json"), "{");
        assertThat(run((words + " --log-dir=" + logs).split(" "))).isEqualTo(6);

        assertThat(out()).isEmpty();
        assertThat(err())
                .contains(
                        "Error: there is no log directory",
                        "is a file: name a directory",
                        "was written by a newer version",
                        "is torn");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status | --log-dir is missing",
                "status documents --log-dir= | --log-dir is missing",
                "status --log-dir=x --output=csv | --output is \"csv\": expected one of text, json",
                "status --log-dir=x --num-workers=3 | --num-workers is no option of status",
                "status document --log-dir=x | unknown migration \"document\": did you mean documents?",
                "status documents more --log-dir=x | unexpected argument \"more\"",
                "rejects --log-dir=x | rejects needs the slug of a migration",
                "rejects documents --log-dir=x --watch | --watch is no option of rejects",
                "run documents --log-dir=x --watch | --watch is no option of run"
            })
    void refusesWhatIsTypedWrong(String words, String said) {
        assertThat(run(words.split(" "))).isEqualTo(2);
        assertThat(err()).contains(said);
    }

    @Test
    void refusesALogDirectoryThatIsNoPath() {
        assertThat(run("status", "--log-dir=a\0b")).isEqualTo(2);
        assertThat(err()).contains("migrator: --log-dir is no path: Nul character not allowed\n");
        assertThat(run("rejects", "documents", "--config=a\0b")).isEqualTo(2);
        assertThat(err()).contains("migrator: --config is no path: Nul character not allowed\n");
    }

    @Test
    void takesTheLogDirectoryOfTheConfigurationFile() throws IOException {
        Path config = Files.writeString(logs.resolve("config.json"), "{\"log-dir\": \"%s\"}".formatted(logs));

        assertThat(run("status", "--config=" + config)).isZero();
        assertThat(out()).startsWith("documents: killed");
    }

    @Test
    void listsRejectsByTheirCodes() {
        assertThat(run("rejects", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out()).isEqualTo("""
                        documents: 3 rejects and 2 documents that verify found wrong are outstanding.

                        different again: 1 document
                        To mend: find what undoes it, such as a trigger; run, then verify.
                          orders  undone
                            a verification found a row of it with other values

                        missing: 1 document
                        To mend: run again, which writes or deletes its rows.
                          orders  lost
                            a verification did not find a row of it

                        too-cheap: 1 document
                        To mend: do what the reason says.
                          orders  of-yours
                            total is below 1

                        value-too-long: 2 documents
                        To mend: shorten it, or make the column longer.
                          orders  plain
                            customer is too long
                          orders  odd\\u001b[31m,\\u000a"quoted"
                            customer is too long

                        When they are mended, run the migration again: it takes them first.
                        """);
    }

    @Test
    void asksForNothingButARunWhereOnlyAVerificationFoundWhatIsWrong() throws IOException {
        Files.writeString(
                logs.resolve("documents.offsets.json"),
                OFFSETS.replace("\"outstanding_rejects\": 5", "\"outstanding_rejects\": 1"));
        Files.writeString(
                logs.resolve("documents.rejects.jsonl"),
                REJECTS.lines()
                                .filter(line -> line.contains("missing"))
                                .toList()
                                .get(0) + "\n");

        assertThat(run("rejects", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out())
                .startsWith("documents: 1 document that verify found wrong is outstanding.\n")
                .endsWith("\n\nRun the migration again: it takes them first.\n");
    }

    @Test
    void leavesTheLastOfEightyColumnsFree() throws IOException {
        Files.writeString(logs.resolve("documents.rejects.jsonl"), REJECTS.replace("value-too-long", "nul-character"));

        assertThat(run("rejects", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out().lines())
                .contains("To mend: take U+0000 out (or --nul=replace --reread); of an id: save it anew.")
                .allMatch(line -> line.length() < 80);
    }

    @Test
    void listsRejectsForSpreadsheets() {
        assertThat(run("rejects", "documents", "--log-dir=" + logs, "--output=csv"))
                .isZero();

        assertThat(out().split("\r\n"))
                .hasSize(6)
                .startsWith("stage,doc_id,rev,code,reason,mend")
                .contains(
                        "orders,plain,1-a,value-too-long,customer is too long,\"shorten it, or make the column longer\"")
                .anyMatch(line -> line.startsWith("orders,\"odd\u001b[31m,\n\"\"quoted\"\"\",1-d,"));
    }

    @Test
    void listsRejectsForPrograms() {
        assertThat(run("rejects", "documents", "--log-dir=" + logs, "--output=json"))
                .isZero();

        assertThat(out().lines()).hasSize(5).last().satisfies(line -> assertThat(JsonParser.parseString(line)
                        .getAsJsonObject()
                        .get("doc_id")
                        .getAsString())
                .isEqualTo("odd\u001b[31m,\n\"quoted\""));
    }

    @Test
    void saysThatNothingWasRunWhereRejectsAreLookedFor(@TempDir Path other) {
        assertThat(run("rejects", "documents", "--log-dir=" + other)).isZero();

        assertThat(err()).startsWith("Warning: documents was not run in " + other);
    }

    /** As on a disk that is full. */
    @ParameterizedTest
    @ValueSource(strings = {"rejects documents --output=csv", "status", "list", "--help", "--version"})
    void takesHalfAnAnswerForNone(String words) {
        String command = words.startsWith("-") || words.equals("list") ? words : words + " --log-dir=" + logs;

        int status = run(failing("No space left on device"), command.split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(err())
                .isEqualTo(
                        "migrator: standard output cannot be written: No space left on device: what was asked for is not all there\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "status documents", "rejects documents"})
    void refusesADirectoryInThePlaceOfAFile(String words) throws IOException {
        Path history = logs.resolve("documents.history.jsonl");
        Files.delete(history);
        Files.createDirectory(history);

        assertThat(run((words + " --log-dir=" + logs).split(" "))).isEqualTo(6);

        assertThat(err())
                .startsWith("Error: \"%s\" is a directory, not a regular file: move it away".formatted(history));
    }

    @Test
    void tellsThatTheNextRunBeginsWithAPause() throws IOException {
        Path throttle = Files.writeString(logs.resolve("documents.throttle"), "pause");

        assertThat(run("status", "documents", "--log-dir=" + logs)).isZero();
        String told = out();
        out.reset();
        run("status", "documents", "--log-dir=" + logs, "--output=json");

        assertThat(told)
                .contains("\nThe next run begins with a pause: its throttle file says so. To delete it:\n    rm "
                        + throttle + "\nTo go on, run ");
        assertThat(JsonParser.parseString(out()).getAsJsonObject().get("throttle"))
                .isEqualTo(JsonParser.parseString(
                        "{\"file\": \"%s\", \"pauses\": true, \"fault\": null}".formatted(throttle)));
    }

    @Test
    void tellsThatTheThrottleFileIsNotHeeded() throws IOException {
        Files.createDirectory(logs.resolve("documents.throttle"));

        assertThat(run("status", "documents", "--log-dir=" + logs)).isZero();

        assertThat(out().replaceAll("\\s+", " "))
                .contains(
                        "documents.throttle\" is not heeded: it is a directory, not a regular file: put a file in its place.")
                .doesNotContain("pause");
    }

    /** As {@code head} leaves its pipe. */
    @ParameterizedTest
    @ValueSource(strings = {"rejects documents", "status"})
    void saysNothingToWhomWantsNoMore(String words) {
        int status = run(failing("Broken pipe"), (words + " --log-dir=" + logs).split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(err()).isEmpty();
    }

    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException(why);
            }
        };
    }

    private int run(String... words) {
        return run(out, words);
    }

    private int run(OutputStream output, String... words) {
        try (Console console = new Console(output, err)) {
            return new Cli(console, Map.of(), stop -> {}, tell -> {}, "migrator").run(List.of(words));
        }
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String lastLine() {
        return out().lines().reduce("", (before, line) -> line);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
