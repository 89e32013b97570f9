// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.SourceException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.identity.Difference;
import io.couchmigrator.internal.identity.Difference.Kind;
import io.couchmigrator.internal.identity.Difference.OfFile;
import io.couchmigrator.internal.identity.Difference.OfTimeline;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Timeline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an earlier run left, held against what is there now.
 *
 * @param file its offset file
 * @param offsets what that holds; empty if it is not there, or cannot be read
 * @param sources the CouchDB databases of its stages as they are now, by the stages' names
 * @param differences in what it differs from what is there now
 * @param unreadable why something of it could not be looked at
 * @param remarks what is worth telling if it is gone on from, each a sentence
 */
record Earlier(
        Path file,
        Optional<Offsets> offsets,
        Map<String, Identity.Source> sources,
        List<Difference> differences,
        List<MigrationException> unreadable,
        List<String> remarks) {
    /** Returns which stages no run has planned yet, by name; all if the file cannot be read, which is told in its turn. */
    static Predicate<String> unplanned(Path file) {
        Set<String> planned = saved(file).stream().map(StageOffset::name).collect(Collectors.toSet());
        return stage -> !planned.contains(stage);
    }

    /** Returns by which claims stages may have left their tables, by name; none if the file cannot be read. */
    static Map<String, Set<String>> claims(Path file) {
        return saved(file).stream().collect(Collectors.toMap(StageOffset::name, stage -> stage.claims().stream()
                .flatMap(claims -> claims.ids().stream())
                .collect(Collectors.toSet())));
    }

    private static List<StageOffset> saved(Path file) {
        try {
            return OffsetFile.load(file).map(Offsets::stages).orElse(List.of());
        } catch (LogDirectoryException | OffsetsRefusedException e) {
            return List.of();
        }
    }

    /** Looks at an offset file, and for witnesses of what it says was read. */
    static Earlier at(Path file, Preflight now) {
        List<MigrationException> unreadable = new ArrayList<>();
        Optional<Offsets> offsets = Optional.empty();
        Map<String, Identity.Source> sources = new LinkedHashMap<>();
        try {
            offsets = OffsetFile.load(file);
            for (StageOffset stage : offsets.map(Offsets::stages).orElse(List.of())) {
                now.source().seen(stage).ifPresent(seen -> sources.put(stage.name(), seen));
            }
        } catch (LogDirectoryException | OffsetsRefusedException | SourceException e) {
            unreadable.add(e);
        }
        Identity seen = new Identity(now.migration(), now.target().identity(), sources);
        List<Difference> differences = offsets.map(seen::compare).orElse(List.of());
        return new Earlier(file, offsets, sources, differences, unreadable, left(offsets, now.migration()));
    }

    private static List<String> left(Optional<Offsets> offsets, Migration migration) {
        Set<String> names = migration.stages().stream().<String>map(Stage::name).collect(Collectors.toSet());
        return offsets.stream()
                .flatMap(saved -> saved.stages().stream())
                .filter(stage -> !names.contains(stage.name()))
                .map(stage -> "stage \"%s\" is left as it is: the migration has none of this name any more"
                        .formatted(stage.name()))
                .toList();
    }

    /**
     * Returns the same for the databases that are there now: those of the stages whose database is another one, or of all
     * stages of documents if none shows that it is.
     *
     * @param owning the stages of which all is read again, by name: what a former database had and this one has not must go
     */
    Earlier inNewSources(Predicate<String> owning) {
        boolean all = differences.stream().noneMatch(Earlier::isOfSource);
        List<StageOffset> stages = new ArrayList<>();
        List<String> moved = new ArrayList<>(remarks);
        for (StageOffset stage : offsets.map(Offsets::stages).orElse(List.of())) {
            Identity.Source seen = sources.get(stage.name());
            if (seen != null && (all || seen.compare(stage).isPresent())) {
                boolean again = owning.test(stage.name());
                StageOffset now = stage.movedTo(seen.database());
                stages.add(again ? now.anew(now.definition()) : now);
                moved.add("the CouchDB database of stage \"%s\" is taken for a new one: %s"
                        .formatted(
                                stage.name(),
                                again ? "all of it is read" : "all its changes are read from the beginning"));
            } else {
                stages.add(stage);
            }
        }
        Optional<Offsets> now = offsets.map(saved -> saved.with(stages));
        return new Earlier(file, now, sources, without(Earlier::isOfSource), unreadable, moved);
    }

    /**
     * Returns the same with all stages of a migration to be read again; others are left as they are.
     *
     * @param definitions those of now, by the names of the stages that may be read by another one than before
     */
    Earlier readAgain(Migration migration, Map<String, Integer> definitions) {
        Set<String> names = migration.stages().stream().<String>map(Stage::name).collect(Collectors.toSet());
        return new Earlier(file, anew(names, definitions), sources, without(Earlier::isOfOwning), unreadable, remarks);
    }

    /**
     * Returns the same with stages to be read again whose tables are to lose rows that they kept: no change tells of those.
     *
     * @param stages those, by name
     */
    Earlier losingKept(Set<String> stages) {
        List<String> lost = new ArrayList<>(remarks);
        offsets.stream()
                .flatMap(saved -> saved.stages().stream())
                .filter(stage -> stages.contains(stage.name()))
                .map(stage ->
                        "stage \"%s\" is read again from its beginning: the rows of deleted documents, which its table kept, are deleted"
                                .formatted(stage.name()))
                .forEach(lost::add);
        return new Earlier(file, anew(stages, Map.of()), sources, differences, unreadable, lost);
    }

    private Optional<Offsets> anew(Set<String> stages, Map<String, Integer> definitions) {
        return offsets.map(saved -> saved.with(saved.stages().stream()
                .map(stage -> stages.contains(stage.name())
                        ? stage.anew(definitions.getOrDefault(stage.name(), stage.definition()))
                        : stage)
                .toList()));
    }

    /** Returns the same for the timelines on which the target is now. */
    Earlier onNewTimelines() {
        return new Earlier(file, offsets, sources, without(OfTimeline.class::isInstance), unreadable, remarks);
    }

    /** Returns whether the target is on the timelines on which it was then, as far as that is known. */
    boolean isOnSameTimelines() {
        return differences.stream().noneMatch(OfTimeline.class::isInstance);
    }

    private static boolean isOfSource(Difference difference) {
        return difference instanceof OfFile other && other.kind() == Kind.SOURCE;
    }

    private static boolean isOfOwning(Difference difference) {
        return difference instanceof OfFile other && other.kind() == Kind.OWNING;
    }

    private List<Difference> without(Predicate<Difference> accepted) {
        return differences.stream().filter(accepted.negate()).toList();
    }

    /** Returns why it cannot be gone on from; empty if it can. */
    List<MigrationException> faults() {
        return Stream.concat(unreadable.stream(), differences.stream().map(this::refusal))
                .toList();
    }

    private MigrationException refusal(Difference difference) {
        return difference instanceof OfTimeline timeline
                ? Timeline.fault(timeline.server(), timeline.seen(), timeline.expected())
                : ((OfFile) difference).refusal(file);
    }
}
