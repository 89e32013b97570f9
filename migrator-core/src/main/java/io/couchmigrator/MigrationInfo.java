// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.internal.offsets.EarlierTables;
import io.couchmigrator.internal.offsets.Standings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Where a migration stands, as its log directory tells it. Immutable.
 *
 * <p>What is told of documents that are done never leads the rows: offsets are saved once rows are committed. It may lag behind them by a
 * quarter of a second.
 *
 * @param slug the migration's slug
 * @param at when this was looked at
 * @param state what goes on, or how the latest run ended
 * @param holder who runs or verifies it now; empty if nobody does, or the lock does not say
 * @param source the CouchDB server's address, without credentials; empty if nothing was saved yet
 * @param target the database of PostgreSQL; empty if nothing was saved yet
 * @param migration how far it is
 * @param verification how far the verification is that goes on, or came after the latest run; empty if none did
 * @param throttle what the throttle file says, by which an operator slows or pauses the run that goes on, or the next one; empty if there
 *     is none, or nothing in it
 */
public record MigrationInfo(
        String slug,
        Instant at,
        State state,
        Optional<Holder> holder,
        Optional<String> source,
        Optional<String> target,
        Reach migration,
        Optional<Reach> verification,
        Optional<Throttle> throttle) {
    /**
     * Returns where a migration stands, whether it runs or not, in this process or in another. Reads files, holds nothing that a run needs,
     * and takes as long as it takes to read the rejects.
     *
     * @throws IllegalArgumentException if it is no {@linkplain Migration#builder slug}
     * @throws LogDirectoryException if there is no such directory, or it cannot be read
     * @throws OffsetsRefusedException if what it holds is damaged, or of a newer version
     */
    public static MigrationInfo of(Path logDirectory, String slug) {
        return Standings.of(logDirectory, Migration.requireSlug(slug));
    }

    /**
     * Returns the documents that the next run takes first, and why. Needs about as much memory as a run does for them.
     *
     * @throws IllegalArgumentException if it is no {@linkplain Migration#builder slug}
     * @throws LogDirectoryException if there is no such directory, or it cannot be read
     * @throws OffsetsRefusedException if what it holds is damaged, or of a newer version
     */
    public static Outstanding outstanding(Path logDirectory, String slug) {
        return Standings.outstanding(logDirectory, Migration.requireSlug(slug));
    }

    /**
     * Returns into which tables the stages that {@linkplain OwnedTable own} one went until now, by their names: as the offset file tells, or
     * one that was put aside to start over. A file that cannot be read tells nothing.
     *
     * @throws IllegalArgumentException if it is no {@linkplain Migration#builder slug}
     */
    public static Map<String, TableName> tables(Path logDirectory, String slug) {
        return EarlierTables.in(logDirectory, Migration.requireSlug(slug));
    }

    /** The documents that the next run takes first: rejected ones, and those that a verification found wrong. Safe for use by multiple threads. */
    public interface Outstanding {
        /**
         * Returns how many there are of each code, in the order of the codes. What a verification found has {@code missing}, {@code different},
         * {@code extra}, {@code missing again} or {@code different again} for one.
         */
        Map<String, Long> byCode();

        /** Returns how many of them were not rejected, but found wrong by a verification. */
        long foundByVerification();

        /**
         * Hands over those of one code, in the order in which they were found, reading them from their file.
         *
         * @throws LogDirectoryException if that cannot be read, or was replaced by a run since
         */
        void forEach(String code, Consumer<Rejection> each);
    }

    /** What goes on, or how the latest run ended. */
    public enum State {
        /** Nothing was run here. */
        NONE,
        /** A run goes on. */
        RUNNING,
        /** A verification goes on. */
        VERIFYING,
        /** The latest run was stopped, on request or by a limit, or it is not known how it ended. */
        STOPPED,
        /** The latest run failed. */
        FAILED,
        /** The latest run ended without saying so: it was killed, or its machine was. */
        KILLED,
        /** Every stage is complete, with or without rejects outstanding. */
        COMPLETE
    }

    /**
     * Who holds the lock of a log directory.
     *
     * @param pid the number of the process
     * @param host the host it runs on
     * @param since when it took the lock
     */
    public record Holder(long pid, String host, Instant since) {}

    /**
     * What the throttle file says.
     *
     * @param file where it is
     * @param pauses whether it pauses the run that goes on, or the next one from its beginning
     * @param fault why no run heeds it, to be said of the file; empty if one does
     */
    public record Throttle(Path file, boolean pauses, Optional<String> fault) {}

    /**
     * How far a migration is, or a verification of it.
     *
     * @param latest the latest run, or the latest verification; empty if the history does not tell of any
     * @param checkpoint when offsets were saved last; empty if there are none
     * @param stages its stages, in their order; those that are not begun only where the history tells of them
     */
    public record Reach(Optional<LatestRun> latest, Optional<Instant> checkpoint, List<StageReach> stages) {
        public Reach {
            stages = List.copyOf(stages);
        }

        /** Returns all stages taken together; their phase is the earliest, but reading once one of them is begun, their rate that of the stages that are read now. */
        public StageReach all() {
            return StageReach.all(stages);
        }
    }

    /**
     * A run, or a verification, as the history tells of it.
     *
     * @param started when it began
     * @param pid the number of its process
     * @param host the host it ran on
     * @param version of the library
     * @param settings what it was given, by the names in the history: texts, numbers and booleans; no secret is among them
     * @param saved whether it saved where it stood: what it was given for itself alone, such as to start over, has begun by then, so that
     *     another run goes on with it by itself
     * @param ended when it ended; empty if it goes on, or was killed
     * @param outcome how it ended; empty if it goes on, was killed, met a bug or only a newer version knows
     * @param newerOutcome the name of how it ended, where only a newer version knows what that is; empty if not so
     * @param error the first of its failures; empty if it had none, or an earlier version did not tell
     * @param limit which limit ended it; empty if none did, or only a newer version knows it
     * @param waits what it waits for, or did when it ended or was killed
     */
    public record LatestRun(
            Instant started,
            long pid,
            String host,
            String version,
            Map<String, Object> settings,
            boolean saved,
            Optional<Instant> ended,
            Optional<Outcome> outcome,
            Optional<String> newerOutcome,
            Optional<String> error,
            Optional<LimitException.Limit> limit,
            List<Listener.Wait> waits) {
        public LatestRun {
            settings = Map.copyOf(settings);
            waits = List.copyOf(waits);
        }
    }

    /** What a stage is about to do. */
    public enum Phase {
        /** Nothing is read. */
        NOT_BEGUN,
        /** Documents are left to read. */
        READING,
        /** All are read; changes since then are next. */
        CATCHING_UP,
        /** All is done, but for changes that come later. */
        COMPLETE
    }

    /**
     * How far one stage is.
     *
     * @param stage its name
     * @param phase what it is about to do
     * @param done documents that are read and whose rows are committed, filtered ones included, and those that are outstanding not, but
     *     for {@code extra} ones, of which only a row is too much; of a
     *     verification, those that are compared, which rejected ones are not
     * @param total documents that the source had when the stage was planned; more may have come since. Empty if they are not counted
     * @param left documents that are left to read; empty if they are not counted
     * @param rejects documents that the next run takes first: rejected ones, and those that a verification found wrong; of a verification, those
     *     that it found wrong
     * @param rate documents a second, of the last minutes; empty if it is not known, or nothing was saved for ten seconds while it goes on
     * @param completed when the stage was last complete; empty if it never was
     */
    public record StageReach(
            String stage,
            Phase phase,
            long done,
            OptionalLong total,
            OptionalLong left,
            long rejects,
            OptionalDouble rate,
            Optional<Instant> completed) {
        private static StageReach all(List<StageReach> stages) {
            boolean complete =
                    stages.stream().allMatch(stage -> stage.completed().isPresent());
            return new StageReach(
                    "all",
                    phase(stages),
                    stages.stream().mapToLong(StageReach::done).sum(),
                    sum(stages.stream().map(StageReach::total).toList()),
                    sum(stages.stream().map(StageReach::left).toList()),
                    stages.stream().mapToLong(StageReach::rejects).sum(),
                    stages.stream()
                            .flatMapToDouble(stage -> stage.rate().stream())
                            .reduce(Double::sum),
                    stages.stream()
                            .filter(stage -> complete)
                            .flatMap(stage -> stage.completed().stream())
                            .max(Instant::compareTo));
        }

        private static Phase phase(List<StageReach> stages) {
            Phase earliest =
                    stages.stream().map(StageReach::phase).min(Phase::compareTo).orElse(Phase.NOT_BEGUN);
            boolean begun = stages.stream().anyMatch(stage -> stage.phase() != Phase.NOT_BEGUN);
            return earliest == Phase.NOT_BEGUN && begun ? Phase.READING : earliest;
        }

        private static OptionalLong sum(List<OptionalLong> counts) {
            boolean known = counts.stream().allMatch(OptionalLong::isPresent);
            return known
                    ? OptionalLong.of(
                            counts.stream().mapToLong(OptionalLong::getAsLong).sum())
                    : OptionalLong.empty();
        }

        /** Returns the time to go at that rate; empty if it is not known. */
        public Optional<Duration> remaining() {
            return left.isPresent() && rate.isPresent() && rate.getAsDouble() > 0
                    ? Optional.of(Duration.ofSeconds((long) Math.ceil(left.getAsLong() / rate.getAsDouble())))
                    : Optional.empty();
        }
    }
}
