// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Listener.Wait;
import io.couchmigrator.internal.files.ThrottleNote;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.run.Settings.Limits;
import io.couchmigrator.internal.source.Sources;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file by which an operator changes how fast a run goes on, or pauses it: a number of documents a second, or the word
 * {@code pause}. Where there is no file, or nothing in it, what the run was started with holds. Used by one thread at a time.
 */
final class ThrottleFile {
    private final Path path;
    private final int started;
    private final Sources sources;
    private final Reporter reporter;
    private ThrottleNote seen = ThrottleNote.NONE;
    private int holding;
    private @Nullable Wait paused;

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
        ThrottleNote now = ThrottleNote.read(path);
        return () -> heed(now);
    }

    private void heed(ThrottleNote now) {
        if (paused != null) {
            reporter.waiting(paused);
        }
        if (!now.equals(seen)) {
            seen = now;
            now.fault()
                    .ifPresentOrElse(
                            fault -> reporter.tell(to -> to.warned(
                                    "Throttle file \"%s\" %s; what held before still holds.".formatted(path, fault))),
                            () -> obey(now));
        }
    }

    private void obey(ThrottleNote now) {
        if (now.pauses()) {
            sources.pause(true);
            tellPause(new Wait(
                    Wait.Kind.PAUSE, path.toString(), "an operator wants it", Instant.now(), Optional.empty()));
        } else {
            goOn(now.documentsPerSecond().orElse(started));
        }
    }

    private void tellPause(Wait pause) {
        paused = pause;
        reporter.waiting(pause);
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
}
