// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.Listener.Wait;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Reach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.MigrationInfo.Throttle;
import io.couchmigrator.Outcome;
import io.couchmigrator.cli.text.Durations;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.OperatorWords;
import io.couchmigrator.cli.text.Secrets;
import io.couchmigrator.cli.text.Wrapped;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Says where a migration stands, for people: who runs it or how it ended, how far each stage is, and what to do next. */
public final class StatusText {
    private final MigrationInfo info;
    private final Path logDirectory;
    private final Commands commands;

    /**
     * The commands that may be next, as a shell takes them.
     *
     * @param goOn that of the run
     * @param begun the options of the latest run that are for one run, and did what they do
     * @param verify that which compares all
     * @param rejects that which lists what is outstanding
     * @param watch that which tells this again and again; empty where this is it
     */
    public record Commands(String goOn, List<String> begun, String verify, String rejects, Optional<String> watch) {
        public Commands {
            begun = List.copyOf(begun);
        }
    }

    public StatusText(MigrationInfo info, Path logDirectory, Commands commands) {
        this.info = info;
        this.logDirectory = logDirectory;
        this.commands = commands;
    }

    /** Returns the lines, of at most 80 columns but for commands, which are to be copied. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("%s: %s".formatted(info.slug(), state()));
        holder().ifPresent(lines::add);
        info.source().ifPresent(source -> lines.add("  from CouchDB at " + source));
        info.target().ifPresent(target -> lines.add("  to " + target));
        reach(lines, info.migration(), info.state() == State.RUNNING);
        info.verification().ifPresent(verification -> {
            lines.add("");
            lines.add("Verification: " + verification(verification));
            reach(lines, verification, info.state() == State.VERIFYING);
        });
        info.throttle().ifPresent(throttle -> throttle(lines, throttle));
        lines.addAll(new StatusAdvice(info, logDirectory, commands).lines());
        return lines.stream()
                .flatMap(line ->
                        line.startsWith(Verdict.indented("")) ? Stream.of(line) : Wrapped.lines("", 2, line).stream())
                .toList();
    }

    private String state() {
        Optional<LatestRun> run = info.migration().latest();
        String ended =
                run.flatMap(LatestRun::ended).map(at -> " at " + time(at)).orElse("");
        return switch (info.state()) {
            case NONE -> "nothing was run here";
            case RUNNING -> "running" + since();
            case VERIFYING -> "being verified" + since();
            case STOPPED -> run.map(this::stopped).orElse("not complete, and no run goes on") + ended;
            case FAILED -> "failed%s: %s".formatted(ended, failure(run.flatMap(LatestRun::outcome)));
            case KILLED -> "killed, or its machine was, or stopped at once: it never ended";
            case COMPLETE -> "complete%s%s".formatted(ended, butFor());
        };
    }

    private String butFor() {
        if (StatusAdvice.verified(info).equals(Optional.of(Outcome.DIFFERENCES_FOUND))) {
            return ", but verify found differences since";
        }
        long rejects = info.migration().all().rejects();
        return rejects == 0 ? "" : ", but for " + Numbers.of(rejects, "reject", "rejects");
    }

    private String stopped(LatestRun run) {
        if (run.newerOutcome().isPresent()) {
            return newer(run);
        }
        if (StatusAdvice.wasCompleted(info)) {
            return info.migration().checkpoint().isPresent()
                    ? "not complete by its offset file, though a run completed it"
                    : "not complete: its offset file is gone, though a run completed it";
        }
        return run.outcome().equals(Optional.of(Outcome.STOPPED)) ? "stopped on request" : "stopped by a limit";
    }

    private static String newer(LatestRun run) {
        return "ended with \"%s\", as a newer version wrote"
                .formatted(said(run.newerOutcome().orElse("")));
    }

    private String since() {
        return info.holder()
                .map(holder -> " since %s, for %s".formatted(time(holder.since()), age(holder.since())))
                .orElse("");
    }

    private Optional<String> holder() {
        if (info.state() == State.KILLED) {
            return info.migration().latest().map(run -> "  begun at %s as process %s on host %s"
                    .formatted(time(run.started()), run.pid(), run.host()));
        }
        return info.holder().map(holder -> "  as process %s on host %s".formatted(holder.pid(), holder.host()));
    }

    private static String failure(Optional<Outcome> outcome) {
        if (outcome.isEmpty()) {
            return "a bug (exit status %s)".formatted(ExitStatus.UNEXPECTED);
        }
        String what =
                switch (outcome.get()) {
                    case SOURCE_FAILED -> "CouchDB";
                    case TARGET_FAILED -> "PostgreSQL";
                    case BUSY -> "another run, or another's table";
                    case OFFSETS_REFUSED -> "the offset file is not fit for it";
                    default -> "the log directory";
                };
        return "%s (exit status %s)".formatted(what, outcome.get().exitStatus());
    }

    private String verification(Reach verification) {
        if (info.state() == State.VERIFYING || verification.latest().isEmpty()) {
            return "goes on";
        }
        LatestRun run = verification.latest().get();
        if (run.ended().isEmpty()) {
            return "killed, or its machine was, or stopped at once: it never ended";
        }
        String found = run.outcome()
                .map(outcome -> switch (outcome) {
                    case COMPLETE -> "every row is as it should be";
                    case DIFFERENCES_FOUND -> "differences found (exit status 7)";
                    case INCOMPLETE -> "not all is migrated or compared (exit status 10)";
                    case REJECTS_OUTSTANDING -> "nothing wrong but rejects (exit status 5)";
                    case STOPPED, STOPPED_BY_LIMIT -> "stopped";
                    default -> "failed: " + failure(run.outcome());
                })
                .orElseGet(() -> run.newerOutcome().isPresent() ? newer(run) : "failed: " + failure(Optional.empty()));
        return "%s, at %s".formatted(found, time(run.ended().get()));
    }

    private void reach(List<String> lines, Reach reach, boolean goesOn) {
        if (!reach.stages().isEmpty()) {
            lines.add("");
            lines.addAll(StatusTable.lines(reach, goesOn));
        }
        List<String> more = new ArrayList<>();
        reach.latest().ifPresent(run -> {
            if (goesOn) {
                run.waits().forEach(wait -> more.add(wait(wait)));
            }
            run.error()
                    .ifPresent(error -> more.add("Last error: " + (isTold(reach, error) ? "the same" : said(error))));
        });
        reach.checkpoint()
                .ifPresent(saved -> more.add("Last checkpoint: %s, %s ago".formatted(time(saved), age(saved))));
        if (!more.isEmpty()) {
            lines.add("");
            lines.addAll(more);
        }
    }

    /** What keeps a verification away mostly kept the run away before it. */
    private boolean isTold(Reach reach, String error) {
        return !reach.equals(info.migration())
                && info.migration().latest().flatMap(LatestRun::error).equals(Optional.of(error));
    }

    /** What goes on tells of its pause itself. */
    private void throttle(List<String> lines, Throttle throttle) {
        throttle.fault()
                .ifPresent(fault -> lines.add(
                        "Throttle file \"%s\" %s.".formatted(throttle.file(), fault.replaceAll("\\s+", " "))));
        if (throttle.pauses() && info.state() != State.RUNNING && info.state() != State.VERIFYING) {
            lines.addAll(Ending.paused(throttle.file().toString()));
        }
    }

    private static String wait(Wait wait) {
        return wait.kind() == Wait.Kind.PAUSE
                ? "Paused since %s by %s".formatted(time(wait.since()), wait.on())
                : "Waiting for %s since %s: %s".formatted(wait.on(), time(wait.since()), said(wait.cause()));
    }

    private static String said(String message) {
        return OperatorWords.of(Secrets.masked(message)).replaceAll("\\s+", " ");
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A clock that was put back since would make it negative. */
    private String age(Instant since) {
        Duration age = Duration.between(since, info.at());
        return Durations.seconds(age.isNegative() ? Duration.ZERO : age);
    }
}
