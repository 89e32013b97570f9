// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.console.Logging;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.Settings;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.verdict.Verdict;
import java.nio.file.Files;
import java.time.Clock;

/** {@code migrator check}: tells all that would keep a run from its first document, and writes nothing. */
public final class CheckCommand {
    private final Console console;
    private final NextCommand next;

    /** @param next the command as the user gave it */
    public CheckCommand(Console console, NextCommand next) {
        this.console = console;
        this.next = next;
    }

    /** Checks and returns the exit status. */
    public int run(Migration migration, Settings settings) {
        settings.warnings().forEach(console::warning);
        console.lines(settings.lines());
        CheckReport report = report(migration, settings);
        report.faults().forEach(fault -> console.error(Verdict.error(fault)));
        report.stages().forEach(stage -> console.line(line(stage)));
        boolean fit = report.faults().isEmpty();
        int status = Verdict.exitStatus(report);
        console.verdict(
                status,
                new Verdict(
                                migration,
                                settings.logDirectory(),
                                settings.shards().isPresent())
                        .of(report, fit ? next.as(Command.RUN) : next.same()));
        return status;
    }

    /** A check writes nothing, so its log is begun only when a bug is to be told, and only where a directory is. */
    private CheckReport report(Migration migration, Settings settings) {
        Listener listener = new ConsoleListener(Command.CHECK, console, Clock.systemUTC());
        try {
            return settings.migrator(migration, listener).check();
        } catch (RuntimeException | Error e) {
            if (Files.isDirectory(settings.logDirectory())) {
                Logging.begin(settings.logDirectory());
            }
            throw e;
        }
    }

    private static String line(StageCheck stage) {
        if (stage.skipped().isPresent()) {
            return ConsoleListener.skipped(stage.stage(), stage.skipped().get());
        }
        String count = stage.documents().isPresent()
                ? Numbers.of(stage.documents().getAsLong(), "document", "documents")
                : "an unknown number of documents";
        return "%s: %s: %s".formatted(stage.stage(), count, stage.description());
    }
}
