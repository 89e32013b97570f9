// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HelpTest {
    @Test
    void namesEveryOptionOfRunWithVariableAndDefault() {
        String help = words(Command.RUN);

        for (Setting setting : Setting.values()) {
            if (setting.onCommandLine() && setting.belongsTo(Command.RUN)) {
                assertThat(help).contains(" " + setting.option() + " ");
                setting.variable().ifPresent(variable -> assertThat(help).contains("[" + variable + "]"));
                setting.fallback().ifPresent(value -> assertThat(help).contains("(default " + value + ")"));
            }
        }
    }

    @Test
    void namesTheMigrationsWhereOneIsToBeNamed() {
        for (Command command : Command.values()) {
            boolean named = Help.of(command, Optional.empty()).contains("SLUG is documents or migrate_metadata.");
            assertThat(named).as(command.toString()).isEqualTo(command.usage().contains("SLUG"));
        }
    }

    @Test
    void tellsApartWhatIsAnOptionOfOneMigration() {
        String help = String.join("\n", Help.of(Command.RUN, Optional.empty()));
        int own = help.indexOf("\nOptions of documents:\n");

        assertThat(help.substring(0, own)).contains("  --reset ").doesNotContain("  --table ");
        assertThat(help.substring(own))
                .contains("  --table ", "  --deletions ", "  --nul ", "  --adopt ", "  --reread ")
                .doesNotContain("  --reset ");
        assertThat(String.join("\n", Help.of(Command.VERIFY, Optional.empty())))
                .contains("  --ids ", "  --nul ", "  --reset ")
                .doesNotContain("  --adopt ", "  --reread ", "  --max-rejects ");
        assertThat(Help.of(Command.LIST, Optional.empty())).noneMatch(line -> line.startsWith("Options of "));
    }

    @Test
    void leavesOutWhatIsOfOtherMigrationsThanTheOneThatIsNamed() {
        String documents = String.join("\n", Help.of(Command.RUN, Optional.of(Migrations.DOCUMENTS)));

        assertThat(documents).contains("\nOptions of documents:\n").doesNotContain("Options of migrate_metadata:");
    }

    @Test
    void tellsOfEachCommandTheStatusesThatItEndsWith() {
        String run = words(Command.RUN);
        String verify = words(Command.VERIFY);
        String check = words(Command.CHECK);

        assertThat(run).contains("; 8 stopped by a limit;").doesNotContain("; 7 ", "; 10 ");
        assertThat(verify)
                .contains(
                        "; 7 rows are missing, different, extra or misplaced;",
                        "; 8 stopped by a limit;",
                        "; 10 nothing wrong was found");
        assertThat(check).contains("Exit status: 0 a run can begin;").doesNotContain("; 5 ", "; 7 ", "; 8 ");
    }

    @Test
    void tellsOfTheProgramWhatEachCommandDoes() {
        assertThat(String.join("\n", Help.ofProgram())).isEqualTo("""
                        Usage: migrator COMMAND [SLUG] [options]

                        Moves documents from CouchDB into PostgreSQL: resumable, checkpointed, verified.

                        Commands:
                          run      Runs a migration from where it stands until all is done.
                          check    Checks all that run needs, counts the documents, and writes nothing.
                          verify   Compares the rows that should be there with those that are, and
                                   writes no row.
                          status   Tells where migrations stand, running or not; asks no server.
                          rejects  Lists outstanding rejects, and how to mend them; asks no server.
                          list     Lists the migrations.
                          demo     Shows migrate_metadata, or documents, killed midway, on embedded
                                   servers; only where the program was built.

                        migrator COMMAND --help, or migrator help COMMAND, tells a command's options;
                        migrator --version the version.""");
    }

    @Test
    void tellsWhereElseSettingsAreTakenFrom() {
        for (Command command : List.of(Command.RUN, Command.CHECK, Command.VERIFY)) {
            assertThat(words(command))
                    .contains(
                            "Without --jdbc-url the database is named by PGHOST, PGPORT, ",
                            " and ~/.pgpass, as for psql.",
                            "The command line goes before the environment, that before --config FILE, that before defaults.");
        }
        assertThat(words(Command.RUN)).contains("Also called: run_blob_migration");
        assertThat(words(Command.CHECK)).contains("The other options of run are taken, too, and change nothing here, ");
    }

    @Test
    void tellsWhatResetPutsAsideByAVerification() {
        assertThat(words(Command.VERIFY))
                .contains("--reset put aside where a verification stands that was stopped")
                .doesNotContain("rejects files aside");
        assertThat(words(Command.RUN)).contains("--reset put offset and rejects files aside");
    }

    @Test
    void tellsOfEachCommandWhatItsDirectoryAndItsFormsAre() {
        assertThat(words(Command.RUN)).contains("required; run makes it", "json for programs, an event a line (");
        assertThat(words(Command.VERIFY))
                .contains("required; that of the run", "json for programs, an event a line (")
                .doesNotContain("makes it");
        assertThat(words(Command.CHECK)).contains("required; run makes it", "json for programs, one object (");
        assertThat(words(Command.STATUS))
                .contains("required; that of the run", "json for programs, an object for each migration (")
                .doesNotContain("makes it", "event");
        assertThat(words(Command.REJECTS))
                .contains("required; that of the run", "json or csv for programs, a line for each reject (")
                .doesNotContain("makes it", "event");
    }

    @Test
    void leavesOutOfACheckWhatMattersOnlyOnceDocumentsAreRead() {
        String check = String.join("\n", Help.of(Command.CHECK, Optional.empty()));

        assertThat(check)
                .contains("  --num-workers ", "  --deletions ", "  --nul ", "  --adopt ", "  --max-outage ")
                .doesNotContain("  --chunk-size", "  --max-docs-per-second", "  --max-rejects");
    }

    @Test
    void fitsEightyColumns() {
        assertThat(Help.ofProgram()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        for (Command command : Command.values()) {
            assertThat(Help.of(command, Optional.empty()))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        }
    }

    private static String words(Command command) {
        return String.join(" ", Help.of(command, Optional.empty())).replaceAll(" +", " ");
    }
}
