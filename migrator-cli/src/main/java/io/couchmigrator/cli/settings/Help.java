// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The texts of {@code --help}. */
public final class Help {
    static final String USAGE = "Usage: migrator COMMAND [SLUG] [options]";

    private static final int TEXT_WIDTH = 75;

    private static final List<String> POSTGRES = List.of(
            "Without --jdbc-url the database is named by PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGPASSFILE,",
            "PGSSLMODE, PGSSLROOTCERT and ~/.pgpass, as for psql.");

    private static final List<String> PRECEDENCE =
            List.of("The command line goes before the environment, that before --config FILE, that before defaults.");

    private static final List<String> STATUSES = List.of(
            "Exit status: 0 complete; 1 unexpected; 2 usage or configuration; 3 CouchDB failed; 4 PostgreSQL failed;",
            "5 complete, but rejects are outstanding; 6 offset file or log directory; 7 verify found differences;",
            "8 stopped by --max-rejects; 9 another run goes on; 10 verify found nothing wrong, but not all is migrated or",
            "compared; 129, 130, 143 stopped by a signal, offsets saved. Run the same command again until it exits with 0.");

    private Help() {}

    /** Returns what is told where no command is named. */
    public static List<String> ofProgram() {
        List<String> lines = new ArrayList<>();
        lines.add(USAGE);
        lines.add("");
        lines.add("Moves documents from CouchDB into PostgreSQL: resumable, checkpointed, verified.");
        lines.add("");
        lines.add("Commands:");
        for (Command command : Command.values()) {
            lines.add("  %-8s %s".formatted(command, command.summary()));
        }
        lines.add("");
        lines.add(
                "migrator COMMAND --help, or migrator help COMMAND, tells a command's options; migrator --version the version.");
        return lines;
    }

    /** Returns what is told of one command, with the options that are of use to it. */
    public static List<String> of(Command command) {
        List<String> lines = new ArrayList<>();
        lines.add(command.usage());
        lines.add("");
        lines.add(command.summary());
        if (command.names().size() > 1) {
            lines.add("Also called: "
                    + String.join(
                            ", ", command.names().subList(1, command.names().size())));
        }
        options("Options:", command, Setting::isOfEveryMigration, lines);
        if (command.ofOneMigration()) {
            for (Migrations migration : Migrations.values()) {
                options(
                        "Options of %s:".formatted(migration),
                        command,
                        setting -> !setting.isOfEveryMigration() && setting.belongsTo(migration),
                        lines);
            }
            for (List<String> paragraph : List.of(POSTGRES, PRECEDENCE, STATUSES)) {
                lines.add("");
                lines.addAll(paragraph);
            }
        }
        return lines;
    }

    private static void options(String heading, Command command, Predicate<Setting> some, List<String> lines) {
        List<Setting> options = Arrays.stream(Setting.values())
                .filter(setting -> setting.onCommandLine() && setting.isOfUseTo(command) && some.test(setting))
                .toList();
        if (!options.isEmpty()) {
            lines.add("");
            lines.add(heading);
            options.forEach(setting -> lines.addAll(option(setting)));
        }
    }

    private static List<String> option(Setting setting) {
        String text = setting.description()
                + setting.variable().map(name -> " [" + name + "]").orElse("")
                + setting.fallback().map(value -> " (default " + value + ")").orElse("");
        List<String> lines = new ArrayList<>();
        String left = "  " + (setting.option() + " " + setting.argument()).stripTrailing();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() > TEXT_WIDTH) {
                lines.add("%-29s%s".formatted(left, line));
                left = "";
                line.setLength(0);
            }
            line.append(' ').append(word);
        }
        lines.add("%-29s%s".formatted(left, line));
        return lines;
    }
}
