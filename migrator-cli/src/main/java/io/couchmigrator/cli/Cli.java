// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.Migration;
import io.couchmigrator.cli.command.CheckCommand;
import io.couchmigrator.cli.command.DemoCommand;
import io.couchmigrator.cli.command.NextCommand;
import io.couchmigrator.cli.command.RejectsCommand;
import io.couchmigrator.cli.command.RunCommand;
import io.couchmigrator.cli.command.StatusCommand;
import io.couchmigrator.cli.command.UsageException;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.console.Logging;
import io.couchmigrator.cli.settings.ArgumentParser;
import io.couchmigrator.cli.settings.Arguments;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.Faults;
import io.couchmigrator.cli.settings.Help;
import io.couchmigrator.cli.settings.LookSettings;
import io.couchmigrator.cli.settings.Migrations;
import io.couchmigrator.cli.settings.Setting;
import io.couchmigrator.cli.settings.Settings;
import io.couchmigrator.cli.settings.SettingsReader;
import io.couchmigrator.cli.text.IoReason;
import io.couchmigrator.cli.text.Secrets;
import io.couchmigrator.cli.text.Suggestion;
import io.couchmigrator.cli.verdict.ExitStatus;
import io.couchmigrator.cli.verdict.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Carries out one command line. It ends no process and knows no signals: that is {@link Main}'s. */
final class Cli {
    private final Console console;
    private final Map<String, String> environment;
    private final Consumer<Runnable> stopRequests;
    private final Consumer<Runnable> progressRequests;
    private final String program;

    /**
     * @param console where results and progress go, and what is wrong
     * @param environment the variables of the environment
     * @param stopRequests takes what is to be done when a run shall stop
     * @param progressRequests takes what is to be done when somebody asks how far a run is
     * @param program how the user called the program
     */
    Cli(
            Console console,
            Map<String, String> environment,
            Consumer<Runnable> stopRequests,
            Consumer<Runnable> progressRequests,
            String program) {
        this.console = console;
        this.environment = Map.copyOf(environment);
        this.stopRequests = stopRequests;
        this.progressRequests = progressRequests;
        this.program = program;
    }

    /** Carries it out and returns the exit status. */
    int run(List<String> words) {
        try {
            return carryOut(words);
        } catch (UsageException e) {
            e.faults().forEach(fault -> console.error("migrator: " + Secrets.masked(fault)));
            console.errors(e.advice());
            return ExitStatus.USAGE;
        } catch (RuntimeException | Error e) {
            LoggerFactory.getLogger(Cli.class).error("ended unexpectedly", e);
            console.error("migrator ended unexpectedly: %s. Please report this bug, with this line."
                    .formatted(Verdict.bug(e)));
            return ExitStatus.UNEXPECTED;
        }
    }

    private int carryOut(List<String> words) throws UsageException {
        Faults faults = new Faults();
        Arguments arguments = new ArgumentParser(faults).parse(words).withHelpAsOption();
        Optional<Command> named = arguments.command();
        boolean unknown = named.isEmpty() && !arguments.positional().isEmpty();
        if (arguments.has(Setting.HELP) && !unknown) {
            Optional<Migrations> one = arguments.slug().flatMap(Migrations::named);
            console.lines(named.map(command -> Help.of(command, one)).orElseGet(Help::ofProgram));
            return answered(ExitStatus.DONE);
        }
        if (arguments.has(Setting.VERSION) && !unknown) {
            console.line("migrator " + Version.current());
            return answered(ExitStatus.DONE);
        }
        Command command = named.orElseThrow(() -> noCommand(arguments, faults));
        for (Setting setting : Setting.values()) {
            if (arguments.gives(setting) && !setting.belongsTo(command)) {
                faults.add("%s is no option of %s".formatted(setting.option(), command));
            }
        }
        return switch (command) {
            case RUN, VERIFY -> withMigration(command, arguments, faults);
            case CHECK -> answered(withMigration(command, arguments, faults));
            case STATUS, REJECTS -> answered(look(command, arguments, faults));
            case LIST -> answered(list(arguments, faults));
            case DEMO -> demo(arguments, faults);
        };
    }

    /**
     * Half an answer looks like a whole one, as on a disk that is full: that it is not must be told, and not be a success. Whoever reads
     * no further, as {@code head} does, knows.
     */
    private int answered(int status) {
        Optional<IOException> lost = console.lost();
        lost.filter(why -> !IoReason.isReaderGone(why))
                .ifPresent(why -> console.error(
                        "migrator: standard output cannot be written: %s: what was asked for is not all there"
                                .formatted(IoReason.of(why))));
        return lost.isPresent() && status == ExitStatus.DONE ? ExitStatus.USAGE : status;
    }

    private static UsageException noCommand(Arguments arguments, Faults faults) {
        if (arguments.positional().isEmpty()) {
            if (!faults.any()) {
                faults.add("there is no command");
            }
        } else {
            String word = arguments.positional().get(0);
            List<String> names = Arrays.stream(Command.values())
                    .flatMap(command -> command.names().stream())
                    .toList();
            faults.add("unknown command \"%s\"".formatted(word) + Suggestion.of(word, names));
        }
        return new UsageException(faults.messages(), Help.ofProgram());
    }

    private int withMigration(Command command, Arguments arguments, Faults faults) throws UsageException {
        if (arguments.slug().isEmpty()) {
            faults.add("%s needs the slug of a migration".formatted(command));
            throw new UsageException(faults.messages(), listWithUsage(command));
        }
        String slug = arguments.slug().get();
        Optional<Migrations> migration = Migrations.named(slug);
        boolean slugIsSure = !faults.any();
        if (migration.isEmpty() && slugIsSure) {
            faults.add(unknown(slug));
        }
        refuseMore(arguments, 2, faults);
        Logging.silence();
        Optional<Settings> settings = new SettingsReader(arguments, environment, migration, faults).read();
        if (faults.any() || migration.isEmpty() || settings.isEmpty()) {
            throw new UsageException(
                    faults.messages(), migration.isEmpty() && slugIsSure ? listWithUsage(command) : usage(command));
        }
        Migration chosen = migration.get().of(settings.get());
        NextCommand next = new NextCommand(program, arguments.words());
        return command == Command.CHECK
                ? new CheckCommand(console, next, arguments.has(Setting.GRANTS)).run(chosen, settings.get())
                : new RunCommand(command, console, stopRequests, progressRequests, next).run(chosen, settings.get());
    }

    private int look(Command command, Arguments arguments, Faults faults) throws UsageException {
        refuseMore(arguments, 2, faults);
        Optional<Migrations> migration = arguments.slug().flatMap(Migrations::named);
        if (arguments.slug().isEmpty() && command == Command.REJECTS) {
            faults.add("%s needs the slug of a migration".formatted(command));
        }
        arguments.slug().filter(slug -> migration.isEmpty()).ifPresent(slug -> faults.add(unknown(slug)));
        Optional<LookSettings> settings = LookSettings.read(arguments, command, faults);
        refuse(faults, command);
        return command == Command.STATUS
                ? new StatusCommand(console, settings.orElseThrow(), program).run(migration)
                : new RejectsCommand(console, settings.orElseThrow()).run(migration.orElseThrow());
    }

    private static String unknown(String slug) {
        return "unknown migration \"%s\"".formatted(slug) + Suggestion.of(slug, Migrations.slugs());
    }

    private int list(Arguments arguments, Faults faults) throws UsageException {
        refuseMore(arguments, 1, faults);
        refuse(faults, Command.LIST);
        console.lines(Migrations.list());
        return ExitStatus.DONE;
    }

    private int demo(Arguments arguments, Faults faults) throws UsageException {
        refuseMore(arguments, 2, faults);
        String slug = arguments.slug().orElseGet(Migrations.MIGRATE_METADATA::toString);
        Optional<Migrations> migration = Migrations.named(slug);
        boolean keep = arguments.has(Setting.KEEP);
        if (migration.isEmpty() && !faults.any()) {
            faults.add(unknown(slug));
        }
        refuse(faults, Command.DEMO);
        DemoCommand demo = new DemoCommand(console);
        return migration.orElseThrow() == Migrations.DOCUMENTS ? demo.ofDocuments(keep) : demo.run(keep);
    }

    /** A word too many may be the value of an option that is not known: then that is told, and is enough. */
    private static void refuseMore(Arguments arguments, int expected, Faults faults) {
        if (arguments.positional().size() > expected && !faults.any()) {
            faults.add("unexpected argument \"%s\""
                    .formatted(arguments.positional().get(expected)));
        }
    }

    private static void refuse(Faults faults, Command command) throws UsageException {
        if (faults.any()) {
            throw new UsageException(faults.messages(), usage(command));
        }
    }

    private static List<String> usage(Command command) {
        return List.of(command.usage(), "migrator %s --help tells the options.".formatted(command));
    }

    private static List<String> listWithUsage(Command command) {
        List<String> lines = new ArrayList<>();
        lines.add("Migrations:");
        Migrations.list().forEach(line -> lines.add("  " + line));
        lines.addAll(usage(command));
        return lines;
    }
}
