// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Migrator;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Running;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.console.Logging;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.LogDirectory;
import io.couchmigrator.cli.settings.Settings;
import io.couchmigrator.cli.settings.Telling;
import io.couchmigrator.cli.text.IoReason;
import io.couchmigrator.cli.verdict.Ending;
import io.couchmigrator.cli.verdict.ExitStatus;
import io.couchmigrator.cli.verdict.LimitVerdict;
import io.couchmigrator.cli.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** {@code migrator run} and {@code migrator verify}: tell how it goes, and end with a verdict. */
public final class RunCommand {
    private final Command command;
    private final Console console;
    private final Consumer<Runnable> stopRequests;
    private final Consumer<Runnable> progressRequests;
    private final NextCommand next;

    /**
     * @param command which of the two it is
     * @param stopRequests takes what is to be done when the run shall stop
     * @param progressRequests takes what is to be done when somebody asks how far it is
     * @param next the command as the user gave it
     */
    public RunCommand(
            Command command,
            Console console,
            Consumer<Runnable> stopRequests,
            Consumer<Runnable> progressRequests,
            NextCommand next) {
        this.command = command;
        this.console = console;
        this.stopRequests = stopRequests;
        this.progressRequests = progressRequests;
        this.next = next;
    }

    /** Runs or verifies the migration and returns the exit status. */
    public int run(Migration migration, Settings settings) throws UsageException {
        if (settings.telling().quiet() || settings.telling().isJson()) {
            console.quiet();
        }
        if (command == Command.RUN) {
            createLogDirectory(settings);
        } else if (!Files.isDirectory(settings.logDirectory())) {
            throw new UsageException(
                    List.of("there is no log directory %s: name the one of the run that is to be verified"
                            .formatted(settings.logDirectory())),
                    List.of(command.usage()));
        }
        Logging.begin(settings.logDirectory());
        settings.warnings().forEach(console::warning);
        console.lines(settings.lines());
        console.line("Checking CouchDB at %s, and %s...".formatted(settings.couch(), settings.targetName()));
        Verdict verdict = new Verdict(
                migration, settings.logDirectory(), settings.shards().isPresent());
        Course course = new Course();
        ConsoleListener texts = new ConsoleListener(command, console, Clock.systemUTC(), System::nanoTime);
        Events events = new Events(settings.telling().isJson() ? console::event : event -> {}, Clock.systemUTC());
        settings.warnings().forEach(warning -> events.tell("warning", event -> event.with("message", warning)));
        Instant start = Instant.now();
        try {
            EventListener programs = new EventListener(events, System::nanoTime);
            Migrator migrator =
                    settings.migrator(migration, Listeners.of(listeners(settings.telling(), course, texts, programs)));
            Running running = command == Command.RUN ? migrator.start() : migrator.startVerification(settings.depth());
            handleStopRequests(running, events);
            progressRequests.accept(settings.telling().isJson() ? programs::tellProgress : texts::tellProgress);
            Result result = running.result();
            // Nothing more is told of a run once its verdict is.
            progressRequests.accept(() -> {});
            console.hideLowest();
            List<MigrationException> failures = LimitVerdict.isTimeUp(result) ? List.of() : result.failures();
            failures.forEach(failure -> console.error(Verdict.error(failure)));
            verdict.resolved(course.resolved()).ifPresent(console::line);
            Verdict.audit(result).ifPresent(console::line);
            Verdict.skipped(result, course.skipped()).ifPresent(console::line);
            Ending ending = verdict(verdict, result, settings.depth(), course)
                    .below(course.pausedBy().map(Ending::paused).orElse(List.of()))
                    .below(List.of("Target: %s.".formatted(settings.targetName())));
            console.verdict(result.outcome().exitStatus(), ending.lines());
            result.failures().forEach(failure -> events.tell("error", event -> event.with(failure)));
            events.tell("verdict", event -> event.with(result).with(ending));
            return result.outcome().exitStatus();
        } catch (RuntimeException | Error e) {
            console.hideLowest();
            LoggerFactory.getLogger(RunCommand.class).error("the run ended unexpectedly", e);
            Path log = Logging.file(settings.logDirectory());
            Ending ending = verdict.ofUnexpected(e, Duration.between(start, Instant.now()), log, next(course));
            console.errors(ending.lines());
            events.tell("verdict", event -> event.with("outcome", "UNEXPECTED")
                    .with("exit_status", ExitStatus.UNEXPECTED)
                    .with(ending));
            return ExitStatus.UNEXPECTED;
        }
    }

    private List<Listener> listeners(Telling telling, Course course, ConsoleListener texts, EventListener programs) {
        List<Listener> listeners = new ArrayList<>(List.of(course, texts));
        if (telling.isJson()) {
            listeners.add(programs);
        }
        if (telling.verbose()) {
            listeners.add(new VerboseListener(console));
        }
        return listeners;
    }

    private Ending verdict(Verdict verdict, Result result, Depth depth, Course course) {
        if (command == Command.RUN) {
            return verdict.of(result, next(course), next.goingOn().as(Command.VERIFY), next.as(Command.REJECTS));
        }
        return verdict.ofVerification(
                result,
                course.findings(),
                next(course),
                next.goingOn().as(Command.RUN),
                depth == Depth.FULL
                        ? Optional.empty()
                        : Optional.of(next.goingOn().ofFullDepth()));
    }

    private void handleStopRequests(Running running, Events events) {
        try {
            stopRequests.accept(() -> {
                running.stop();
                events.tell("stopping", event -> {});
                console.error("Stopping once the batches in hand are saved. A second signal stops at once.");
            });
        } catch (UnsupportedOperationException e) {
            console.warning(String.valueOf(e.getMessage()));
        }
    }

    private String next(Course course) {
        return course.begun() ? next.goingOn().same() : next.same();
    }

    private void createLogDirectory(Settings settings) throws UsageException {
        try {
            if (LogDirectory.create(settings.logDirectory())) {
                console.line("Created the log directory %s: nothing is known of earlier runs."
                        .formatted(settings.logDirectory()));
            }
        } catch (IOException e) {
            throw new UsageException(
                    List.of("cannot create the log directory %s: %s: choose another"
                            .formatted(settings.logDirectory(), IoReason.of(e))),
                    List.of(Command.RUN.usage()));
        }
    }
}
