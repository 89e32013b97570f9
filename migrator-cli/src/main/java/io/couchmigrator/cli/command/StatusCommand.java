// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.LookSettings;
import io.couchmigrator.cli.settings.Migrations;
import io.couchmigrator.cli.settings.Output;
import io.couchmigrator.cli.settings.Setting;
import io.couchmigrator.cli.text.Printable;
import io.couchmigrator.cli.verdict.ExitStatus;
import io.couchmigrator.cli.verdict.StatusJson;
import io.couchmigrator.cli.verdict.StatusText;
import io.couchmigrator.cli.verdict.StatusText.Commands;
import io.couchmigrator.cli.verdict.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code migrator status}: tells where migrations stand, from the log directory alone. */
public final class StatusCommand {
    private static final Duration BETWEEN_SCREENS = Duration.ofSeconds(2);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final Console console;
    private final LookSettings settings;
    private final String program;

    /** @param program how the user called the program */
    public StatusCommand(Console console, LookSettings settings, String program) {
        this.console = console;
        this.settings = settings;
        this.program = program;
    }

    /** Tells of one migration, or of all that are found, and returns the exit status. */
    public int run(Optional<Migrations> one) {
        try {
            List<MigrationInfo> found = found(one);
            if (settings.watch() && settings.output() == Output.TEXT && console.canShowLowest()) {
                found = watched(one, found);
            }
            tell(found);
            while (settings.watch() && goOn(found) && canTell()) {
                pause(BETWEEN_LINES);
                found = found(one);
                tell(found);
            }
            return ExitStatus.DONE;
        } catch (LogDirectoryException | OffsetsRefusedException e) {
            return refused(console, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.DONE;
        }
    }

    /** Shows what goes on in one place, and returns what was found last. */
    private List<MigrationInfo> watched(Optional<Migrations> one, List<MigrationInfo> first)
            throws InterruptedException {
        List<MigrationInfo> found = first;
        try {
            while (goOn(found) && canTell()) {
                List<String> lines = lines(found);
                console.showLowest(columns -> lines);
                pause(BETWEEN_SCREENS);
                found = found(one);
            }
        } finally {
            console.hideLowest();
        }
        return found;
    }

    /** Nobody would see what is told once standard output is broken. */
    private boolean canTell() {
        return console.lost().isEmpty();
    }

    private static void pause(Duration pause) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
    }

    /** Says why the log directory tells nothing, and returns the exit status of that. */
    static int refused(Console console, MigrationException e) {
        console.error(Verdict.error(e));
        return e.outcome().exitStatus();
    }

    private List<MigrationInfo> found(Optional<Migrations> one) {
        if (one.isPresent()) {
            return List.of(MigrationInfo.of(settings.logDirectory(), one.get().toString()));
        }
        return Migrations.slugs().stream()
                .map(slug -> MigrationInfo.of(settings.logDirectory(), slug))
                .filter(info -> info.state() != State.NONE)
                .toList();
    }

    private static boolean goOn(List<MigrationInfo> found) {
        return found.stream().anyMatch(info -> info.state() == State.RUNNING || info.state() == State.VERIFYING);
    }

    private void tell(List<MigrationInfo> found) {
        if (settings.output() == Output.JSON) {
            found.forEach(info -> line(Printable.json(StatusJson.of(info))));
        } else {
            lines(found).forEach(this::line);
        }
    }

    /** Who watches for days gets more than the console is to keep. */
    private void line(String text) {
        console.record(text + "\n");
    }

    /** What servers and operators call things may hold what steers a terminal. */
    private List<String> lines(List<MigrationInfo> found) {
        List<String> lines = new ArrayList<>();
        for (MigrationInfo info : found) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.addAll(new StatusText(info, settings.logDirectory(), commands(info)).lines());
        }
        if (found.isEmpty()) {
            lines.add("Nothing was run in %s: is that the directory that the run was given?"
                    .formatted(settings.logDirectory()));
        }
        lines.replaceAll(Printable::text);
        return lines;
    }

    private Commands commands(MigrationInfo info) {
        EarlierCommand earlier = new EarlierCommand(info);
        NextCommand run = earlier.again(program, settings.logDirectory());
        return new Commands(
                run.same(),
                earlier.begun().stream().map(Setting::option).toList(),
                run.goingOn().as(Command.VERIFY),
                looking(Command.REJECTS, info),
                settings.watch()
                        ? Optional.empty()
                        : Optional.of(looking(Command.STATUS, info, Setting.WATCH.option())));
    }

    private String looking(Command command, MigrationInfo info, String... flags) {
        List<String> words = new ArrayList<>(List.of(command.toString(), info.slug()));
        words.add(Setting.LOG_DIR.option() + "=" + settings.logDirectory());
        words.addAll(List.of(flags));
        return new NextCommand(program, words).same();
    }
}
