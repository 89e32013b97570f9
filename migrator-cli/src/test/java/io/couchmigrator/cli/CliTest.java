// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.settings.Command;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    private Path directory;

    @Test
    void listsTheMigrations() {
        assertThat(run("list")).isZero();
        assertThat(out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("documents         every document "),
                        line -> assertThat(line).startsWith("migrate_metadata  one row "));
    }

    @Test
    void tellsItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out()).matches("migrator development \\((commit \\w{12}(-dirty)?|unknown commit)\\)\n");
    }

    @ParameterizedTest
    @EnumSource(Command.class)
    void helpsWithEveryCommand(Command command) {
        assertThat(run(command.toString(), "--help")).isZero();
        assertThat(out()).startsWith("Usage: migrator " + command).contains("--help");
        assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
    }

    @Test
    void helpsWithoutACommand() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("run", "check", "list", "demo");
    }

    @ParameterizedTest
    @CsvSource({"help,--help", "help check,check --help", "help run_blob_migration,run --help"})
    void takesHelpForACommandAsWell(String asked, String meant) {
        assertThat(run(asked.split(" "))).isZero();
        String helped = out();
        out.reset();
        run(meant.split(" "));

        assertThat(helped).isEqualTo(out());
    }

    @Test
    void helpsWithNoUnknownCommand() {
        assertThat(run("help", "rum")).isEqualTo(2);
        assertThat(err()).startsWith("migrator: unknown command \"rum\": did you mean run?\n");
    }

    @Test
    void helpOfListNamesNoOptionThatChangesNothing() {
        run("list", "--help");

        assertThat(out()).contains("--help").doesNotContain("--log-dir");
    }

    @Test
    void refusesToDoNothing() {
        assertThat(run()).isEqualTo(2);
        assertThat(err()).startsWith("migrator: there is no command\nUsage: ");
        assertThat(out()).isEmpty();
    }

    @Test
    void refusesAnUnknownCommand() {
        assertThat(run("rum", "migrate_metadata")).isEqualTo(2);
        assertThat(err())
                .startsWith("migrator: unknown command \"rum\": did you mean run?\n")
                .contains("Usage: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "run_blob_migration", "check"})
    void listsTheMigrationsWhereNoneIsNamed(String command) {
        assertThat(run(command)).isEqualTo(2);
        assertThat(err()).contains("needs the slug of a migration", "  migrate_metadata  ", "Usage: ");
    }

    @Test
    void refusesAnUnknownMigrationAndTellsWhatElseIsWrong() {
        assertThat(run("run", "migrate_metadat")).isEqualTo(2);
        assertThat(err())
                .contains(
                        "unknown migration \"migrate_metadat\": did you mean migrate_metadata?",
                        "--log-dir is missing",
                        "there is no CouchDB server",
                        "  migrate_metadata  ");
    }

    @Test
    void refusesWordsAndOptionsThatDoNotBelongThere() {
        assertThat(run("list", "everything")).isEqualTo(2);
        assertThat(run("run", "migrate_metadata", "--keep")).isEqualTo(2);
        assertThat(run("demo", "--log-dir=x")).isEqualTo(2);
        assertThat(run("demo", "document")).isEqualTo(2);
        assertThat(run("verify", "documents", "--adopt", "--reread", "--max-rejects=5"))
                .isEqualTo(2);
        assertThat(err())
                .contains(
                        "unexpected argument \"everything\"",
                        "--keep is no option of run",
                        "--log-dir is no option of demo\n",
                        "unknown migration \"document\": did you mean documents?",
                        "--adopt is no option of verify",
                        "--reread is no option of verify",
                        "--max-rejects is no option of verify",
                        "as in --log-dir=documents-logs");
    }

    @Test
    void showsNoPasswordThatStandsInAWrongPlace() {
        run("run", "migrate_metadata", "http://admin:hunter2@couch/");
        run("http://admin:hunter2@couch/");
        run("run", "migrate_metadata", "--couch-password", "hunter2");

        assertThat(err()).contains("***").doesNotContain("hunter2");
    }

    @Test
    void saysWhyALogDirectoryCannotBeCreated() {
        Path logs = directory.resolve("x".repeat(300));
        environment.put("COUCHDB_URL", "http://localhost:1/");

        assertThat(run("run", "migrate_metadata", "--log-dir=" + logs)).isEqualTo(2);

        assertThat(err())
                .isEqualTo("migrator: cannot create the log directory %s: File name too long: choose another%n%s%n"
                        .formatted(logs, Command.RUN.usage()));
    }

    @Test
    void verifiesNothingWhereNoRunLeftALogDirectory() {
        Path logs = directory.resolve("logs");
        environment.put("COUCHDB_URL", "http://localhost:1/");

        assertThat(run("verify", "migrate_metadata", "--log-dir=" + logs)).isEqualTo(2);

        assertThat(err())
                .startsWith("migrator: there is no log directory %s: name the one of the run that is to be verified\n"
                        .formatted(logs));
        assertThat(logs).doesNotExist();
    }

    @Test
    void showsNoDemoWithoutTheProgramThatItStarts() {
        assertThat(run("demo")).isEqualTo(2);

        assertThat(err())
                .isEqualTo(
                        "migrator: demo runs the program as a process, and does not know where it is: start demo with bin/migrator\n");
    }

    @Test
    void asksForTheReportOfABug() {
        List<String> broken = new AbstractList<>() {
            @Override
            public String get(int index) {
                throw new IllegalStateException("no word for http://admin:hunter2@couch/");
            }

            @Override
            public int size() {
                return 1;
            }
        };

        int status = run(broken);

        assertThat(status).isEqualTo(1);
        assertThat(err())
                .startsWith(
                        "migrator ended unexpectedly: java.lang.IllegalStateException: no word for http://admin:***@couch/ at ")
                .endsWith(". Please report this bug, with this line.\n");
    }

    @Test
    void createsNothingBeforeAllIsRight() {
        Path logs = directory.resolve("logs");

        assertThat(run("run", "migrate_metadata", "--log-dir=" + logs)).isEqualTo(2);

        assertThat(logs).doesNotExist();
    }

    private int run(String... words) {
        return run(List.of(words));
    }

    private int run(List<String> words) {
        try (Console console = new Console(out, err)) {
            return new Cli(console, environment, stop -> {}, tell -> {}, "migrator").run(words);
        }
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
