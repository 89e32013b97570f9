// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.CheckReport;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.console.Logging;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.Setting;
import io.couchmigrator.cli.settings.Settings;
import io.couchmigrator.cli.verdict.CheckJson;
import io.couchmigrator.cli.verdict.CheckVerdict;
import io.couchmigrator.cli.verdict.Plan;
import io.couchmigrator.cli.verdict.Verdict;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;

/** {@code migrator check}: tells all that would keep a run from its first document, and writes nothing. */
public final class CheckCommand {
    private final Console console;
    private final NextCommand next;
    private final boolean grants;

    /**
     * @param next the command as the user gave it
     * @param grants whether nothing is told but what is to be granted
     */
    public CheckCommand(Console console, NextCommand next, boolean grants) {
        this.console = console;
        this.next = next;
        this.grants = grants;
    }

    /** Checks and returns the exit status. */
    public int run(Migration migration, Settings settings) {
        boolean json = settings.telling().isJson();
        if ((json || settings.telling().quiet()) && !grants) {
            console.quiet();
        }
        settings.warnings().forEach(console::warning);
        if (!grants) {
            console.lines(settings.lines());
        }
        CheckReport report = report(migration, settings);
        report.faults().forEach(fault -> console.error(Verdict.error(fault)));
        Plan plan = new Plan(report, settings.logDirectory());
        plan.warnings().forEach(warning -> console.warning(warning + "."));
        if (grants) {
            plan.grants().forEach(statement -> console.record(statement + "\n"));
        } else {
            console.lines(plan.lines());
        }
        CheckVerdict verdict = new CheckVerdict(migration.slug(), report);
        int status = verdict.exitStatus();
        if (json && !grants) {
            String now = report.faults().isEmpty() ? next.as(Command.RUN) : verdict.again(next.same());
            console.event(CheckJson.of(verdict, settings.logDirectory(), now));
        }
        if (!grants && !report.grants().isEmpty()) {
            console.errors(CheckVerdict.grants(next.with(Setting.GRANTS)));
        }
        if (report.faults().isEmpty()) {
            console.lines(grants ? List.of() : verdict.lines(next.as(Command.RUN)));
            return status;
        }
        console.verdict(status, verdict.lines(verdict.again(next.without(Setting.GRANTS))));
        return status;
    }

    /** A check writes nothing, so its log is begun only when a bug is to be told, and only where a directory is. */
    private CheckReport report(Migration migration, Settings settings) {
        Listener listener = new ConsoleListener(Command.CHECK, console, Clock.systemUTC(), System::nanoTime);
        try {
            return settings.migrator(migration, listener).check();
        } catch (RuntimeException | Error e) {
            if (Files.isDirectory(settings.logDirectory())) {
                Logging.begin(settings.logDirectory());
            }
            throw e;
        }
    }
}
