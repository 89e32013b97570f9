// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Outstanding;
import io.couchmigrator.MigrationInfo.Phase;
import io.couchmigrator.MigrationInfo.Reach;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.MigrationInfo.Throttle;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.files.FileOwner;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.LogDirectory.Held;
import io.couchmigrator.internal.files.ThrottleNote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Tells where a migration stands from its log directory alone, while runs may write there. Used once. */
public final class Standings {
    /** Files may be replaced between two looks; they are not, look after look. */
    private static final int MOST_LOOKS = 5;

    /** Where nothing was saved for so long, the rate that was saved is that of another time. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Path directory;
    private final String slug;
    private final InstantSource clock;

    Standings(Path directory, String slug, InstantSource clock) {
        this.directory = directory;
        this.slug = slug;
        this.clock = clock;
    }

    /** Returns where a migration stands now. */
    public static MigrationInfo of(Path directory, String slug) {
        return new Standings(directory, slug, Clock.systemUTC()).read();
    }

    /** Returns what is outstanding now. */
    public static Outstanding outstanding(Path directory, String slug) {
        Standings standings = new Standings(directory, slug, Clock.systemUTC());
        standings.checkReadable();
        return new OutstandingRejects(standings.saved().rejects());
    }

    MigrationInfo read() {
        checkReadable();
        History history = History.read(directory, slug);
        Optional<Held> held = LogDirectory.held(directory, slug);
        // A run that began and ended between two looks would seem to be killed.
        for (int look = 1; held.isEmpty() && look < MOST_LOOKS; look++) {
            History now = History.read(directory, slug);
            if (now.equals(history)) {
                break;
            }
            history = now;
            held = LogDirectory.held(directory, slug);
        }
        if (held.isEmpty() && history.run().filter(run -> run.ended().isEmpty()).isPresent()) {
            held = LogDirectory.heldUnseen(directory, slug);
            history = held.isEmpty() ? History.read(directory, slug) : history;
        }
        return read(history, held);
    }

    private MigrationInfo read(History history, Optional<Held> held) {
        Saved saved = saved();
        List<StageReach> stages = new ArrayList<>();
        Map<String, OptionalLong> notBegun = new LinkedHashMap<>(history.totals());
        for (StageOffset stage : stages(saved.offsets())) {
            long outstanding = saved.rejects().outstanding(stage.name());
            long done = saved.rejects().done(stage.rangeTallies().read(), stage.name()::equals);
            stages.add(standing(stage, done, outstanding, rate(saved.offsets(), stage, held)));
            notBegun.remove(stage.name());
        }
        notBegun.forEach((name, total) -> stages.add(notBegun(name, total)));
        Reach migration = new Reach(history.run(), saved.offsets().map(Offsets::saved), stages);
        return new MigrationInfo(
                slug,
                clock.instant(),
                held.map(now -> now.verifies() ? State.VERIFYING : State.RUNNING)
                        .orElseGet(() -> state(migration)),
                held.flatMap(Held::by),
                saved.offsets().map(Offsets::url).or(() -> history.run()
                        .map(run -> run.settings().get("couch_url"))
                        .map(Object::toString)),
                saved.offsets().map(Standings::target),
                migration,
                history.verification().map(latest -> verification(latest, held)),
                throttle());
    }

    private Optional<Throttle> throttle() {
        Path file = LogDirectory.throttle(directory, slug);
        ThrottleNote note = ThrottleNote.read(file);
        return note.equals(ThrottleNote.NONE)
                ? Optional.empty()
                : Optional.of(new Throttle(file, note.pauses(), note.fault()));
    }

    private Reach verification(LatestRun latest, Optional<Held> held) {
        Depth depth = Arrays.stream(Depth.values())
                .filter(known -> known.name()
                        .toLowerCase(Locale.ROOT)
                        .equals(latest.settings().get("depth")))
                .findFirst()
                .orElse(Depth.FULL);
        Optional<Offsets> offsets = OffsetFile.load(LogDirectory.offsetsOfVerification(directory, slug, depth));
        List<StageReach> stages = stages(offsets).stream()
                .map(stage -> standing(
                        stage,
                        StageOffset.compared(stage.rangeTallies()),
                        found(stage.verified().verified()),
                        rate(offsets, stage, held)))
                .toList();
        return new Reach(Optional.of(latest), offsets.map(Offsets::saved), stages);
    }

    private static String target(Offsets offsets) {
        String name = offsets.targetName();
        return name == null ? "database " + offsets.target().described() : name;
    }

    private static long found(Verified verified) {
        return verified.missing() + verified.different() + verified.extra() + verified.misplaced();
    }

    private static List<StageOffset> stages(Optional<Offsets> offsets) {
        return offsets.map(Offsets::stages).orElse(List.of());
    }

    private OptionalDouble rate(Optional<Offsets> offsets, StageOffset stage, Optional<Held> held) {
        Instant fresh = clock.instant().minus(FRESH);
        return offsets
                .filter(saved -> held.isEmpty() || !saved.saved().isBefore(fresh))
                .map(saved -> saved.rates().get(stage.name()))
                .stream()
                .mapToDouble(Double::doubleValue)
                .findFirst();
    }

    private static StageReach standing(StageOffset stage, long done, long rejects, OptionalDouble rate) {
        Phase phase =
                switch (stage.phase()) {
                    case READING -> Phase.READING;
                    case CATCHING_UP -> Phase.CATCHING_UP;
                    case COMPLETE -> Phase.COMPLETE;
                };
        return new StageReach(
                stage.name(),
                phase,
                done,
                OptionalLong.of(stage.total()),
                OptionalLong.of(phase == Phase.READING ? stage.left() : 0),
                rejects,
                rate,
                Optional.ofNullable(stage.completed()));
    }

    private static StageReach notBegun(String name, OptionalLong total) {
        return new StageReach(name, Phase.NOT_BEGUN, 0, total, total, 0, OptionalDouble.empty(), Optional.empty());
    }

    /** Returns where nobody goes on now. Only the offset file tells that all is complete; the history tells why it is not. */
    private static State state(Reach migration) {
        if (migration.latest().isEmpty() && migration.checkpoint().isEmpty()) {
            return State.NONE;
        }
        State saved = migration.all().phase() == Phase.COMPLETE ? State.COMPLETE : State.STOPPED;
        return migration.latest().map(run -> state(run, saved)).orElse(saved);
    }

    private static State state(LatestRun run, State saved) {
        if (run.ended().isEmpty()) {
            return State.KILLED;
        }
        if (run.newerOutcome().isPresent()) {
            return State.STOPPED;
        }
        return run.outcome()
                .map(outcome -> switch (outcome) {
                    case COMPLETE, REJECTS_OUTSTANDING -> saved;
                    case STOPPED, STOPPED_BY_LIMIT -> State.STOPPED;
                    default -> State.FAILED;
                })
                .orElse(State.FAILED);
    }

    private record Saved(Optional<Offsets> offsets, RejectEvents rejects) {}

    /** A run that starts over puts both files aside, one after the other. */
    private Saved saved() {
        for (int look = 1; ; look++) {
            Optional<Offsets> offsets = OffsetFile.load(LogDirectory.offsets(directory, slug));
            RejectEvents rejects = RejectEvents.read(
                    LogDirectory.rejects(directory, slug),
                    offsets.map(Offsets::rejects).orElse(RejectsMark.NONE));
            Optional<OffsetsRefusedException> lacking = rejects.lacking();
            if (lacking.isEmpty()) {
                return new Saved(offsets, rejects);
            }
            if (look == MOST_LOOKS) {
                throw lacking.get();
            }
        }
    }

    private void checkReadable() {
        if (Files.notExists(directory)) {
            throw new LogDirectoryException(
                    "there is no log directory \"%s\": name the one that the run was given".formatted(directory));
        }
        if (!Files.isDirectory(directory)) {
            throw new LogDirectoryException("log directory \"%s\" is a file: name a directory".formatted(directory));
        }
        checkReadable(directory);
        LogDirectory.checkFiles(directory, slug);
        for (String file :
                List.of("lock", "verify.lock", "offsets.json", "rejects.jsonl", "history.jsonl", "history.jsonl.1")) {
            Path path = directory.resolve("%s.%s".formatted(slug, file));
            if (Files.exists(path)) {
                checkReadable(path);
            }
        }
    }

    private static void checkReadable(Path path) {
        if (!Files.isReadable(path) || (Files.isDirectory(path) && !Files.isExecutable(path))) {
            throw new LogDirectoryException("\"%s\"%s cannot be read by user %s: ask as the user who runs the migration"
                    .formatted(path, owner(path), FileOwner.ofThisProcess()));
        }
    }

    private static String owner(Path path) {
        try {
            return " of user %s".formatted(Files.getOwner(path).getName());
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
