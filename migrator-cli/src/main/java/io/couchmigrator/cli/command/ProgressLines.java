// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Progress;
import io.couchmigrator.cli.text.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lines that say how far a stage is, and when one is due: after its first document, then every ten seconds in which
 * something was read, or five minutes in which nothing was.
 */
final class ProgressLines {
    private static final int COLUMNS = 80;
    private static final Duration BETWEEN = Duration.ofSeconds(10);
    private static final Duration BETWEEN_THE_SAME = Duration.ofMinutes(5);

    private final String done;
    private final LongSupplier nanos;
    private OptionalLong last = OptionalLong.empty();
    private long told;
    private volatile @Nullable Progress latest;

    /**
     * Creates them.
     *
     * @param done what is done with documents, as in "Processed"
     * @param nanos tells nanoseconds as {@link System#nanoTime} does, which no clock that is put back can stop
     */
    ProgressLines(String done, LongSupplier nanos) {
        this.done = done;
        this.nanos = nanos;
    }

    /** Begins a stage. */
    void begin() {
        last = OptionalLong.empty();
    }

    /** Returns the line that is due; empty if none is. */
    Optional<String> due(Progress progress) {
        latest = progress;
        long now = nanos.getAsLong();
        Duration wait = progress.read() == told ? BETWEEN_THE_SAME : BETWEEN;
        if (last.isPresent() && now - last.getAsLong() < wait.toNanos()) {
            return Optional.empty();
        }
        last = OptionalLong.of(now);
        told = progress.read();
        return Optional.of(line(progress));
    }

    /** Returns the line of what was read last, for whoever asks, in any thread. */
    String latest() {
        Progress known = latest;
        return known == null ? "Nothing is read yet." : line(known);
    }

    /** Of what the runbook shows, as much as fits. */
    private String line(Progress progress) {
        String counted = "%s %s/%s of %s".formatted(done, progress.processed(), progress.read(), progress.total());
        String shortest = counted + " (%s remaining)".formatted(remaining(progress, Durations::seconds));
        return Stream.of(
                        counted + " documents" + times(progress, Durations::precise),
                        counted + " documents" + times(progress, Durations::seconds),
                        counted + times(progress, Durations::seconds))
                .filter(line -> line.length() <= COLUMNS)
                .findFirst()
                .orElse(shortest);
    }

    private static String times(Progress progress, Function<Duration, String> form) {
        return " in %s (%s remaining)".formatted(form.apply(progress.elapsed()), remaining(progress, form));
    }

    private static String remaining(Progress progress, Function<Duration, String> form) {
        return progress.remaining().map(form).orElse("?");
    }

    /** Returns the line of a stage that begins; of all that it reads, as much as fits. */
    static String begun(String beginning, String description) {
        String[] parts = description.split(", ", -1);
        String first = parts[0];
        String last = parts[parts.length - 1];
        return Stream.of(
                        description,
                        "%s, %s, …, %s".formatted(first, parts[Math.min(1, parts.length - 1)], last),
                        "%s, …, %s".formatted(first, last))
                .map(some -> "%s: %s...".formatted(beginning, some))
                .filter(line -> parts.length < 4 || line.length() <= COLUMNS)
                .findFirst()
                .orElse("%s: %s, …".formatted(beginning, first));
    }
}
