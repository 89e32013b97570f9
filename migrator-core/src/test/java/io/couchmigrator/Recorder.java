// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that remembers what it was told, a line each. */
final class Recorder implements Listener {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    List<String> lines() {
        return lines;
    }

    @Override
    public void setAside(Path file) {
        lines.add("set aside " + file.getFileName());
    }

    @Override
    public void stageStarted(Progress progress, Path migrationLog) {
        lines.add("started %s %d of %d".formatted(progress.stage(), progress.previously(), progress.total()));
    }

    @Override
    public void readingChosen(String stage, CouchServer.Chosen chosen) {
        lines.add("reading %s %s: %s".formatted(stage, chosen.reading(), chosen.reason()));
    }

    @Override
    public void stageRead(Progress progress) {
        lines.add("read %s %d/%d of %d, %d previously, %d filtered"
                .formatted(
                        progress.stage(),
                        progress.processed(),
                        progress.read(),
                        progress.total(),
                        progress.previously(),
                        progress.filtered()));
    }

    @Override
    public void stageWasComplete(String stage, Instant since, OptionalLong changes) {
        lines.add("was complete " + stage
                + changes.stream().mapToObj(n -> " " + n).findFirst().orElse(""));
    }

    @Override
    public void stageSkipped(String stage, String reason) {
        lines.add("skipped " + stage + ": " + reason);
    }

    @Override
    public void stageLogged(String stage, Map<String, Long> entries, Path migrationLog) {
        lines.add("logged %s %s in %s".formatted(stage, entries, migrationLog.getFileName()));
    }

    @Override
    public void caughtUp(String stage, long changes, long rows, long deleted) {
        lines.add("caught up %s %d changes %d rows".formatted(stage, changes, rows));
    }

    @Override
    public void warned(String message) {
        lines.add("warned " + message);
    }

    /** What a busy machine waits for, and no test made, is not heard. */
    @Override
    public void waiting(Wait wait) {
        if (wait.kind() == Wait.Kind.PAUSE) {
            lines.add("paused by " + Path.of(wait.on()).getFileName());
        } else if (wait.until().isPresent()) {
            lines.add("waiting for " + wait.on());
        }
    }

    @Override
    public void resumed(Wait wait) {
        if (wait.kind() == Wait.Kind.PAUSE) {
            lines.add("no longer paused");
        } else if (wait.until().isPresent()) {
            lines.add("recovered " + wait.on());
        }
    }

    @Override
    public void throttled(Path by, int documentsPerSecond) {
        lines.add("throttled to %s by %s".formatted(documentsPerSecond, by.getFileName()));
    }

    @Override
    public void rejected(Rejection rejection) {
        lines.add("rejected %s %s %s".formatted(rejection.stage(), rejection.id(), rejection.code()));
    }

    @Override
    public void resolved(String stage, String id) {
        lines.add("resolved %s %s".formatted(stage, id));
    }
}
