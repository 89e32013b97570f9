// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.OwnedTable;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Stage;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.target.Target;
import java.util.List;
import java.util.Optional;

/** Compares what a migration should have written with what is there, as far as a run has come. */
public final class Verification {
    private final Depth depth;
    private final Offsets offsets;
    private final LineFile findings;
    private final Target target;
    private final RejectsFile rejects;
    private final StopSignal stop;
    private final Outside outside;

    /**
     * Creates one.
     *
     * @param depth how much is compared
     * @param offsets where the migration stands
     * @param findings takes what is found
     * @param rejects takes what the next run is to write
     */
    public Verification(
            Depth depth,
            Offsets offsets,
            LineFile findings,
            Target target,
            RejectsFile rejects,
            StopSignal stop,
            Reporter reporter) {
        this.depth = depth;
        this.offsets = offsets;
        this.findings = findings;
        this.target = target;
        this.rejects = rejects;
        this.stop = stop;
        this.outside = new Outside(target, reporter);
    }

    /** Returns what compares batches of a stage that a run has begun. */
    public <S, R> BatchTaker<S> batches(Stage<S, R> stage, Feed<S> feed, Preparation<S, R> preparation) {
        Inspection<S, R> inspection = new Inspection<>(
                preparation,
                new Comparison<>(stage.name(), preparation, target, outside.rows(stage)),
                new Extras<>(stage.name(), preparation, target));
        return new BatchVerifier<>(
                stage.name(),
                readsIdsOnly() ? new Revisions<>(stage.name(), preparation, target) : inspection,
                feed,
                inspection,
                migrated(stage.name()),
                rejects,
                findings,
                stop);
    }

    /** Returns ranges that cover the same as some, of which those are done that counting is enough for. */
    public <S, R> List<RangeOffset> counted(
            List<RangeOffset> ranges, Stage<S, R> stage, Feed<S> feed, Preparation<S, R> preparation) {
        if (depth != Depth.COUNTS) {
            return ranges;
        }
        return new Counts<>(stage.name(), feed, preparation, target, stop)
                .settled(ranges, rejects.rejected(stage.name()));
    }

    /** Returns whether of what is read ids and revisions are enough. */
    public boolean readsIdsOnly() {
        return depth != Depth.FULL;
    }

    /** Returns whether a stage can be compared as it is asked for. */
    public boolean reaches(Stage<?, ?> stage) {
        return !readsIdsOnly()
                || (stage.destination() instanceof OwnedTable<?> owned
                        && owned.rev().isPresent());
    }

    /**
     * Returns what of a stage was not compared, once it was, a sentence; empty if all was.
     *
     * @param verified its ranges, as all parts of the verification left them
     */
    public Optional<String> notCompared(Stage<?, ?> stage, List<RangeOffset> verified) {
        String name = stage.name();
        if (!reaches(stage)) {
            return Optional.of("Stage \"%s\" was not compared: its table is not its own, or has no column of revisions"
                    .formatted(name));
        }
        return switch (depth) {
            case FULL -> Optional.empty();
            case IDS ->
                Optional.of("Stage \"%s\" was compared by ids and revisions, not by what else its rows hold"
                        .formatted(name));
            case COUNTS ->
                Optional.of((verified.stream().anyMatch(Verification::isPassedOver)
                                ? "Stage \"%s\" was not compared: CouchDB does not tell how many ids come before another"
                                : "Stage \"%s\" was compared by how many ids there are: where as many are missing as are extra nothing shows")
                        .formatted(name));
        };
    }

    /** Returns whether a range was neither counted nor read, since the source tells no ranks. */
    private static boolean isPassedOver(RangeOffset range) {
        return range.done() && range.rank().isEmpty() && range.tallies().equals(Tallies.NONE);
    }

    /** Returns where rows were not looked for, and why. */
    public List<String> notLookedAt() {
        return outside.notLookedAt();
    }

    /** Returns what takes what is found. */
    public LineFile findings() {
        return findings;
    }

    /** Returns whether a run has begun a stage, so that there is something to verify. */
    public boolean isMigrated(String stage) {
        return offsets.stages().stream().anyMatch(offset -> offset.name().equals(stage));
    }

    /** Returns whether a run has completed a stage. */
    public boolean isComplete(String stage) {
        return isMigrated(stage) && migrated(stage).phase() == Phase.COMPLETE;
    }

    /** Returns whether a run has read something of a stage. */
    public boolean hasAny(String stage) {
        return isMigrated(stage) && migrated(stage).total() > 0;
    }

    private StageOffset migrated(String stage) {
        return offsets.stages().stream()
                .filter(offset -> offset.name().equals(stage))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no run has begun stage \"%s\"".formatted(stage)));
    }
}
