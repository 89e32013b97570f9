// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Listener.Wait;
import io.couchmigrator.internal.files.FileOwner;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.run.Settings.Limits;
import io.couchmigrator.internal.source.Sources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file by which an operator changes how fast a run goes on, or pauses it: a number of documents a second, or the word
 * {@code pause}. Where there is no file, or nothing in it, what the run was started with holds. Used by one thread at a time.
 */
final class ThrottleFile {
    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);
    private static final int MOST_BYTES = 40;
    private static final Seen NOTHING = new Seen("", true);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private final Path path;
    private final int started;
    private final Sources sources;
    private final Reporter reporter;
    private final LongSupplier nanos;
    private Seen seen = NOTHING;
    private int holding;
    private @Nullable Wait paused;
    private long pauseToldAt;

    /** @param limits what the run was started with */
    ThrottleFile(Path path, Limits limits, Sources sources, Reporter reporter) {
        this(path, limits, sources, reporter, System::nanoTime);
    }

    /** @param nanos tells nanoseconds as {@link System#nanoTime} does */
    ThrottleFile(Path path, Limits limits, Sources sources, Reporter reporter, LongSupplier nanos) {
        this.nanos = nanos;
        this.path = path;
        this.started = limits.documentsPerSecond();
        this.sources = sources;
        this.reporter = reporter;
        this.holding = started;
    }

    /**
     * What a look has seen.
     *
     * @param text what is in the file, or why that is not known
     */
    private record Seen(String text, boolean isRead) {}

    /**
     * Looks, which may take for ever, and returns what does what it says now, if that has changed. What makes no sense is told
     * once, and changes nothing.
     */
    Runnable look() {
        Seen now = read();
        return () -> heed(now);
    }

    private void heed(Seen now) {
        if (paused != null && nanos.getAsLong() - pauseToldAt >= TELL_AGAIN.toNanos()) {
            tellPause(paused);
        }
        if (!now.equals(seen)) {
            seen = now;
            if (now.isRead()) {
                obey(now.text());
            } else {
                warn("is not heeded, and what held before still holds: %s.".formatted(now.text()));
            }
        }
    }

    private void obey(String text) {
        if (text.equals("pause")) {
            sources.pause(true);
            tellPause(new Wait(
                    Wait.Kind.PAUSE, path.toString(), "an operator wants it", Instant.now(), Optional.empty()));
        } else if (text.isEmpty()) {
            goOn(started);
        } else if (NUMBER.matcher(text).matches()) {
            goOn(Integer.parseInt(text));
        } else {
            warn(
                    "is not understood, seen \"%s\", expected a number of documents a second, or pause: what held before still holds."
                            .formatted(text));
        }
    }

    private void tellPause(Wait pause) {
        paused = pause;
        pauseToldAt = nanos.getAsLong();
        reporter.waiting(pause);
    }

    private void warn(String what) {
        reporter.tell(to -> to.warned("Throttle file \"%s\" %s".formatted(path, what)));
    }

    private void goOn(int documentsPerSecond) {
        sources.pause(false);
        if (paused != null) {
            reporter.resumed(paused);
            paused = null;
        }
        if (documentsPerSecond != holding) {
            holding = documentsPerSecond;
            sources.throttle(documentsPerSecond);
            reporter.throttled(path, documentsPerSecond);
        }
    }

    /** Returns what is there. A pipe is not opened, which would wait for who writes into it. */
    private Seen read() {
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
                return new Seen("it is a directory, a pipe or a device: put a file in its place", false);
            }
            try (InputStream file = Files.newInputStream(path)) {
                return new Seen(new String(file.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip(), true);
            }
        } catch (NoSuchFileException e) {
            return NOTHING;
        } catch (AccessDeniedException e) {
            return new Seen(FileOwner.ofUnreadable(path), false);
        } catch (IOException e) {
            return new Seen("it cannot be read: %s: see to that, or delete it".formatted(e), false);
        }
    }
}
