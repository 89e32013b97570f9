// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.Listener;
import io.couchmigrator.Progress;
import io.couchmigrator.Tallies;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.text.Durations;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.OperatorWords;
import io.couchmigrator.cli.text.Readings;
import io.couchmigrator.cli.text.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Tells the operator what a run does, in the lines that their runbook shows. */
final class ConsoleListener implements Listener {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final boolean verifies;
    private final Console console;
    private final InstantSource clock;
    private final ProgressLines progress;
    private OptionalLong pending = OptionalLong.empty();

    /** @param nanos tells nanoseconds as {@link System#nanoTime} does */
    ConsoleListener(Command command, Console console, InstantSource clock, LongSupplier nanos) {
        this.verifies = command == Command.VERIFY;
        this.progress = new ProgressLines(verifies ? "Verified" : "Processed", nanos);
        this.console = console;
        this.clock = clock;
    }

    /** Tells how far the run is, whenever that is asked. */
    void tellProgress() {
        console.answer(progress.latest());
    }

    @Override
    public void started(Path files) {
        console.keepIn(files.resolveSibling(files.getFileName() + "-summary.txt"));
    }

    @Override
    public void setAside(Path file) {
        console.line("Put aside %s to start over.".formatted(file));
    }

    @Override
    public void stageStarted(Progress progress, Path migrationLog) {
        this.progress.begin();
        String previously =
                progress.previously() > 0 ? " (~%s already processed)".formatted(progress.previously()) : "";
        console.line(ProgressLines.begun(
                "%s %s documents%s".formatted(verifies ? "Verifying" : "Processing", progress.total(), previously),
                progress.description()));
        console.line((verifies ? "Findings: " : "Migration log: ") + migrationLog);
    }

    @Override
    public void readingChosen(String stage, Chosen chosen) {
        console.line("%s: %s.".formatted(stage, Readings.told(chosen)));
    }

    @Override
    public void progressed(Progress progress) {
        console.showLowest(columns -> ProgressBars.of(progress, columns));
        this.progress.due(progress).ifPresent(console::progress);
    }

    @Override
    public void stageRead(Progress progress) {
        console.line("%s %s/%s of %s documents (%s previously processed, %s filtered out)."
                .formatted(
                        verifies ? "Verified" : "Processed",
                        progress.processed(),
                        progress.read(),
                        progress.total(),
                        progress.previously(),
                        progress.filtered()));
        console.showLowest(columns -> List.of(ProgressBars.of(progress.whole(), columns)));
    }

    @Override
    public void stageWasComplete(String stage, Instant since, OptionalLong changes) {
        String afterwards = changes.isPresent()
                ? "; %s since.".formatted(Numbers.of(changes.getAsLong(), "change", "changes"))
                : ".";
        console.line("%s: complete since %s%s".formatted(stage, MINUTE.format(since), afterwards));
    }

    @Override
    public void stageSkipped(String stage, String reason) {
        console.line(skipped(stage, reason));
    }

    static String skipped(String stage, String reason) {
        return "%s: %s.".formatted(stage, OperatorWords.of(reason));
    }

    @Override
    public void catchingUp(String stage, OptionalLong pending) {
        this.pending = pending;
        if (pending.orElse(0) > 0) {
            console.line(
                    "Catching up with changes since the start: %s pending".formatted(Numbers.of(pending.getAsLong())));
        }
    }

    @Override
    public void caughtUp(String stage, long changes, long rows, long deleted) {
        if (changes > 0 || pending.orElse(0) > 0) {
            List<String> parts = new ArrayList<>();
            parts.add(Numbers.of(changes, "change", "changes"));
            parts.add(Numbers.of(rows, "row", "rows"));
            part(parts, deleted, "deleted");
            console.line("Caught up: %s.".formatted(String.join(", ", parts)));
        }
    }

    @Override
    public void stageFinished(String stage, long rejected, Path rejects) {
        if (rejected > 0) {
            console.error("%s rejected: see %s".formatted(Numbers.of(rejected), rejects));
        }
    }

    @Override
    public void stageLogged(String stage, Map<String, Long> entries, Path migrationLog) {
        long all = entries.values().stream().mapToLong(Long::longValue).sum();
        List<String> kinds = new ArrayList<>();
        entries.forEach((kind, count) -> part(kinds, count, kind));
        console.line("%s: %s, see %s"
                .formatted(Numbers.of(all, "log entry", "log entries"), String.join(", ", kinds), migrationLog));
    }

    @Override
    public void stageVerified(String stage, Tallies tallies, Path findings) {
        Tallies.Verified found = tallies.verified();
        List<String> parts = new ArrayList<>();
        part(parts, found.missing(), "missing");
        part(parts, found.different(), "different");
        part(parts, found.extra(), "extra");
        part(parts, found.misplaced(), "misplaced");
        part(parts, found.notYetMigrated(), "not yet migrated");
        part(parts, tallies.rejected(), "rejected");
        boolean right = parts.isEmpty();
        part(parts, found.leftAlone(), "different and left alone");
        if (parts.isEmpty()) {
            parts.add(tallies.read() == 0 ? "nothing to compare" : "all as it should be");
        }
        String line = "%s: %s.".formatted(stage, String.join(", ", parts));
        if (right) {
            console.line(line);
        } else {
            console.error(line);
        }
    }

    private static void part(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(Numbers.of(count) + " " + what);
        }
    }

    @Override
    public void waiting(Wait wait) {
        console.error(
                wait.kind() == Wait.Kind.PAUSE
                        ? "Paused by %s since %s. Delete it to go on.".formatted(wait.on(), seconds(wait.since()))
                        : "Waiting for %s since %s: %s.%s"
                                .formatted(
                                        wait.on(),
                                        seconds(wait.since()),
                                        Secrets.masked(wait.cause()),
                                        wait.until()
                                                .map(until -> " Trying again until %s.".formatted(seconds(until)))
                                                .orElse("")));
    }

    @Override
    public void resumed(Wait wait) {
        String words =
                switch (wait.kind()) {
                    case OUTAGE -> "%s is back after %s.";
                    case SILENCE -> "%s has answered after %s.";
                    case LOCK, STATEMENT -> "%s goes on after %s.";
                    case PAUSE -> "%s no longer pauses the run, after %s.";
                };
        console.error(words.formatted(wait.on(), Durations.seconds(Duration.between(wait.since(), clock.instant()))));
    }

    private static Instant seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS);
    }

    @Override
    public void throttled(Path by, int documentsPerSecond) {
        console.error(
                documentsPerSecond == 0
                        ? "Goes on without a limit of documents a second, as %s says.".formatted(by)
                        : "Goes on with at most %s a second, as %s says."
                                .formatted(Numbers.of(documentsPerSecond, "document", "documents"), by));
    }

    @Override
    public void warned(String message) {
        console.warning(OperatorWords.of(message));
    }
}
