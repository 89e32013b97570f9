// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.Listener;
import io.couchmigrator.Progress;
import io.couchmigrator.Rejection;
import io.couchmigrator.Tallies;
import io.couchmigrator.cli.text.OperatorWords;
import io.couchmigrator.cli.text.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells what a run does as events. */
final class EventListener implements Listener {
    private static final Duration BETWEEN_PROGRESS = Duration.ofSeconds(1);

    private final Events events;
    private final LongSupplier nanos;
    private OptionalLong lastProgress = OptionalLong.empty();
    private volatile @Nullable Progress latest;

    /** @param nanos tells nanoseconds as {@link System#nanoTime} does, which no clock that is put back can stop */
    EventListener(Events events, LongSupplier nanos) {
        this.events = events;
        this.nanos = nanos;
    }

    /** Tells how far the run is, whenever that is asked, in any thread. */
    void tellProgress() {
        Progress known = latest;
        events.tell("progress", event -> {
            if (known != null) {
                event.with(known);
            }
        });
    }

    @Override
    public void started(Path files) {
        events.tell("started", event -> event.with("files", files));
    }

    @Override
    public void setAside(Path file) {
        events.tell("set_aside", event -> event.with("file", file));
    }

    @Override
    public void stageStarted(Progress progress, Path migrationLog) {
        lastProgress = OptionalLong.empty();
        latest = progress;
        events.tell("stage_started", event -> event.with("stage", progress.stage())
                .with("description", progress.description())
                .with("total", progress.total())
                .with("read", progress.read())
                .with("file", migrationLog));
    }

    @Override
    public void readingChosen(String stage, Chosen chosen) {
        events.tell("reading_chosen", event -> event.with("stage", stage)
                .with("reading", chosen.reading().name().toLowerCase(Locale.ROOT))
                .with("reason", chosen.reason()));
    }

    @Override
    public void progressed(Progress progress) {
        latest = progress;
        long now = nanos.getAsLong();
        if (lastProgress.isEmpty() || now - lastProgress.getAsLong() >= BETWEEN_PROGRESS.toNanos()) {
            lastProgress = OptionalLong.of(now);
            events.tell("progress", event -> event.with(progress));
        }
    }

    @Override
    public void stageRead(Progress progress) {
        latest = progress;
        events.tell("stage_read", event -> event.with(progress));
    }

    @Override
    public void stageWasComplete(String stage, Instant since, OptionalLong changes) {
        events.tell(
                "stage_was_complete",
                event -> event.with("stage", stage).with("since", since).with("changes", changes));
    }

    @Override
    public void stageSkipped(String stage, String reason) {
        events.tell("stage_skipped", event -> event.with("stage", stage).with("reason", OperatorWords.of(reason)));
    }

    @Override
    public void catchingUp(String stage, OptionalLong pending) {
        events.tell("catching_up", event -> event.with("stage", stage).with("pending", pending));
    }

    @Override
    public void caughtUp(String stage, long changes, long rows, long deleted) {
        events.tell("caught_up", event -> event.with("stage", stage)
                .with("changes", changes)
                .with("rows", rows)
                .with("deleted", deleted));
    }

    @Override
    public void stageFinished(String stage, long rejected, Path rejects) {
        events.tell(
                "stage_finished",
                event -> event.with("stage", stage).with("rejected", rejected).with("file", rejects));
    }

    @Override
    public void stageLogged(String stage, Map<String, Long> entries, Path migrationLog) {
        events.tell(
                "stage_logged",
                event -> event.with("stage", stage).with("entries", entries).with("file", migrationLog));
    }

    @Override
    public void stageVerified(String stage, Tallies tallies, Path findings) {
        events.tell(
                "stage_verified",
                event -> event.with("stage", stage).with(tallies).with("file", findings));
    }

    @Override
    public void retrying(Wait wait) {
        events.tell("attempt_failed", event -> of(wait, event));
    }

    @Override
    public void waiting(Wait wait) {
        events.tell("waiting", event -> of(wait, event));
    }

    @Override
    public void resumed(Wait wait) {
        events.tell("resumed", event -> of(wait, event));
    }

    private static void of(Wait wait, JsonEvent event) {
        event.with("kind", wait.kind().name().toLowerCase(Locale.ROOT))
                .with("on", wait.on())
                .with("cause", Secrets.masked(wait.cause()))
                .with("since", wait.since());
        wait.until().ifPresent(until -> event.with("until", until));
    }

    @Override
    public void throttled(Path by, int documentsPerSecond) {
        events.tell("throttled", event -> event.with("file", by).with("max_docs_per_second", documentsPerSecond));
    }

    @Override
    public void rejected(Rejection rejection) {
        events.tell("rejected", event -> {
            event.with("stage", rejection.stage()).with("doc_id", rejection.id());
            rejection.rev().ifPresent(rev -> event.with("rev", rev));
            event.with("code", rejection.code()).with("reason", rejection.reason());
        });
    }

    @Override
    public void resolved(String stage, String id) {
        events.tell("resolved", event -> event.with("stage", stage).with("doc_id", id));
    }

    @Override
    public void warned(String message) {
        events.tell("warning", event -> event.with("message", OperatorWords.of(message)));
    }
}
