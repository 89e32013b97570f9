// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Listener;
import io.couchmigrator.Progress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Remembers of a run what its verdict needs to know. */
final class Course implements Listener {
    private final List<String> skipped = new ArrayList<>();
    private boolean begun;
    private Optional<Path> findings = Optional.empty();
    private boolean resumed;
    private long resolved;
    private Optional<String> pausedBy = Optional.empty();

    /** Returns whether the run came as far as its first stage, so that it did what it does before. */
    boolean begun() {
        return begun;
    }

    /** Returns how many documents that were rejected earlier no longer are. */
    long resolved() {
        return resolved;
    }

    /** Returns the stages that were skipped, for whatever reason. */
    List<String> skipped() {
        return List.copyOf(skipped);
    }

    /** Returns where a verification lists what it finds; empty if it has read nothing, or went on with one that was stopped. */
    Optional<Path> findings() {
        return resumed ? Optional.empty() : findings;
    }

    /** Returns the file by which an operator pauses it now; empty if none does. */
    Optional<String> pausedBy() {
        return pausedBy;
    }

    @Override
    public void waiting(Wait wait) {
        if (wait.kind() == Wait.Kind.PAUSE) {
            pausedBy = Optional.of(wait.on());
        }
    }

    @Override
    public void resumed(Wait wait) {
        if (wait.kind() == Wait.Kind.PAUSE) {
            pausedBy = Optional.empty();
        }
    }

    @Override
    public void setAside(Path file) {
        begun = true;
    }

    @Override
    public void stageStarted(Progress progress, Path migrationLog) {
        begun = true;
        resumed |= progress.previously() > 0;
        findings = Optional.of(migrationLog);
    }

    @Override
    public void stageWasComplete(String stage, Instant since, OptionalLong changes) {
        begun = true;
    }

    @Override
    public void stageSkipped(String stage, String reason) {
        begun = true;
        skipped.add(stage);
    }

    @Override
    public void catchingUp(String stage, OptionalLong pending) {
        begun = true;
    }

    @Override
    public void stageFinished(String stage, long rejected, Path rejects) {
        begun = true;
    }

    @Override
    public void resolved(String stage, String id) {
        resolved++;
    }
}
