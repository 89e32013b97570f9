// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.cli.text.Wrapped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The texts of {@code --help}. */
public final class Help {
    static final String USAGE = "Usage: migrator COMMAND [SLUG] [options]";

    private static final int OPTION_WIDTH = 29;

    private static final String POSTGRES =
            "Without --jdbc-url the database is named by PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGPASSFILE, PGSSLMODE, PGSSLROOTCERT and ~/.pgpass, as for psql.";

    private static final String PRECEDENCE =
            "The command line goes before the environment, that before --config FILE, that before defaults.";

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
            lines.addAll(Wrapped.lines("  %-8s ".formatted(command), 11, command.summary()));
        }
        lines.add("");
        lines.addAll(
                Wrapped.lines(
                        "",
                        0,
                        "migrator COMMAND --help, or migrator help COMMAND, tells a command's options; migrator --version the version."));
        return lines;
    }

    /**
     * Returns what is told of one command, with the options that are of use to it.
     *
     * @param one the migration whose options alone are told; empty for those of each
     */
    public static List<String> of(Command command, Optional<Migrations> one) {
        List<String> lines = new ArrayList<>();
        lines.add(command.usage());
        lines.add("");
        lines.addAll(Wrapped.lines("", 0, command.summary()));
        if (command.usage().contains("SLUG")) {
            lines.add("SLUG is %s.".formatted(String.join(" or ", Migrations.slugs())));
        }
        if (command.names().size() > 1) {
            lines.add("Also called: "
                    + String.join(
                            ", ", command.names().subList(1, command.names().size())));
        }
        options("Options:", command, Setting::isOfEveryMigration, lines);
        if (command.asksServers()) {
            for (Migrations migration : one.map(List::of).orElse(List.of(Migrations.values()))) {
                options(
                        "Options of %s:".formatted(migration),
                        command,
                        setting -> !setting.isOfEveryMigration() && setting.belongsTo(migration),
                        lines);
            }
            for (String paragraph : List.of(others(command), POSTGRES, PRECEDENCE, statuses(command))) {
                if (!paragraph.isEmpty()) {
                    lines.add("");
                    lines.addAll(Wrapped.lines("", 0, paragraph));
                }
            }
        }
        if (command.looksOnly()) {
            lines.add("");
            lines.addAll(Wrapped.lines("", 0, statuses(command)));
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
            options.forEach(setting -> lines.addAll(option(setting, command)));
        }
    }

    private static List<String> option(Setting setting, Command command) {
        String text = setting.description(command)
                + setting.variable().map(name -> " [" + name + "]").orElse("")
                + setting.fallback().map(value -> " (default " + value + ")").orElse("");
        String left = "  " + (setting.option() + " " + setting.argument()).stripTrailing();
        return Wrapped.lines(left + " ".repeat(Math.max(1, OPTION_WIDTH - left.length())), OPTION_WIDTH, text);
    }

    private static String others(Command command) {
        return command == Command.CHECK
                ? "The other options of run are taken, too, and change nothing here, so that check can be written in the place of run."
                : "";
    }

    private static String statuses(Command command) {
        return switch (command) {
            case RUN ->
                "Exit status: 0 complete; 1 unexpected; 2 usage or configuration; 3 CouchDB failed; 4 PostgreSQL failed; 5 complete, but rejects are outstanding; 6 offset file or log directory; 8 stopped by a limit; 9 another run goes on; 129, 130, 143 stopped by a signal, offsets saved. After 3, 4, 9 and a signal run the same command again; after 2, 5, 6 and 8 do first what the last lines say.";
            case VERIFY ->
                "Exit status: 0 all is equal; 1 unexpected; 2 usage or configuration; 3 CouchDB failed; 4 PostgreSQL failed; 5 equal, but rejects are outstanding; 6 offset file or log directory; 7 rows are missing, different, extra or misplaced; 8 stopped by a limit; 9 another run goes on; 10 nothing wrong was found, but not all is migrated or was compared; 129, 130, 143 stopped by a signal, offsets saved. After 7 and 10 do what the last lines say, then verify again.";
            case CHECK ->
                "Exit status: 0 a run can begin; 1 unexpected; else what a run would end with: 2 usage or configuration; 3 CouchDB; 4 PostgreSQL; 6 offset file or log directory; 9 another run goes on.";
            case STATUS, REJECTS ->
                "Exit status: 0 it is told, whatever it is; 1 unexpected; 2 usage or configuration; 6 the log directory, or what is in it, cannot be read.";
            default -> "";
        };
    }
}
