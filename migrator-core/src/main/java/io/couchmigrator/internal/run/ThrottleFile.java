// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.run.Settings.Limits;
import io.couchmigrator.internal.source.Sources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/**
 * The file by which an operator changes how fast a run goes on, or pauses it: a number of documents a second, or the word
 * {@code pause}. Where there is no file, or nothing in it, what the run was started with holds. Used by one thread at a time.
 */
final class ThrottleFile {
    private static final int MOST_BYTES = 40;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private final Path path;
    private final int started;
    private final Sources sources;
    private final Reporter reporter;
    private String seen = "";
    private int holding;

    /** @param limits what the run was started with */
    ThrottleFile(Path path, Limits limits, Sources sources, Reporter reporter) {
        this.path = path;
        this.started = limits.documentsPerSecond();
        this.sources = sources;
        this.reporter = reporter;
        this.holding = started;
    }

    /**
     * Looks, which may take for ever, and returns what does what it says now, if that has changed. What makes no sense is told
     * once, and changes nothing.
     */
    Runnable look() {
        String now = read();
        return () -> heed(now);
    }

    private void heed(String now) {
        if (!now.equals(seen)) {
            seen = now;
            obey(now);
        }
    }

    private void obey(String text) {
        if (text.equals("pause")) {
            sources.pause(true);
            reporter.paused(path);
        } else if (text.isEmpty()) {
            goOn(started);
        } else if (NUMBER.matcher(text).matches()) {
            goOn(Integer.parseInt(text));
        } else {
            reporter.tell(to -> to.warned(
                    "Throttle file \"%s\" is not understood, seen \"%s\", expected a number of documents a second, or pause: what held before still holds."
                            .formatted(path, text)));
        }
    }

    private void goOn(int documentsPerSecond) {
        if (sources.isPaused() || documentsPerSecond != holding) {
            holding = documentsPerSecond;
            sources.throttle(documentsPerSecond);
            sources.pause(false);
            reporter.throttled(path, documentsPerSecond);
        }
    }

    /** Returns what is in it, or why that cannot be read. To open a pipe would wait for who writes into it. */
    private String read() {
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
                return "a directory, pipe or device";
            }
            try (InputStream file = Files.newInputStream(path)) {
                return new String(file.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip();
            }
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }
}
