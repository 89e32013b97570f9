// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.identity.Difference.Kind;
import io.couchmigrator.internal.identity.Difference.OfFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds what was saved against what is there now. What is no identity (URL, server uuid, workers, chunk size,
 * credentials) is not looked at.
 */
public final class Identity {
    private Identity() {}

    /** Returns in what they differ, as far as it was seen; empty if what was saved can be gone on from. */
    public static List<Difference> compare(Offsets saved, Seen seen) {
        List<Difference> differences = new ArrayList<>();
        if (!saved.migration().equals(seen.migration().slug())) {
            differences.add(new OfFile(Kind.PLACE, "migration", seen.migration().slug(), saved.migration()));
        }
        List<String> planned = saved.stages().stream().map(StageOffset::name).toList();
        seen.target()
                .ifPresent(target -> differences.addAll(TargetComparison.differences(saved.target(), target, planned)));
        differences.addAll(stages(saved.stages(), seen.migration()));
        for (StageOffset stage : saved.stages()) {
            Optional.ofNullable(seen.sources().get(stage.name()))
                    .flatMap(source -> compare(stage, source))
                    .ifPresent(differences::add);
        }
        return differences;
    }

    private record Versions(int then, int now) {}

    private static List<Difference> stages(List<StageOffset> saved, Migration migration) {
        Map<String, Integer> definitions = new LinkedHashMap<>();
        for (Stage<?, ?> stage : migration.stages()) {
            definitions.put(stage.name(), stage.definition());
        }
        List<Difference> differences = new ArrayList<>();
        // Mostly all definitions differ alike, and that is told once.
        Map<Versions, List<String>> redefined = new LinkedHashMap<>();
        for (StageOffset stage : saved) {
            Integer now = definitions.get(stage.name());
            if (now == null) {
                String names = String.join(", ", definitions.keySet());
                differences.add(new OfFile(Kind.PLACE, "stage", "one of " + names, stage.name()));
            } else if (now != stage.definition()) {
                redefined
                        .computeIfAbsent(new Versions(stage.definition(), now), versions -> new ArrayList<>())
                        .add("\"" + stage.name() + "\"");
            }
        }
        redefined.forEach((versions, names) -> differences.add(new OfFile(
                Kind.DEFINITION,
                (names.size() == 1 ? "stage " : "stages ") + String.join(", ", names),
                String.valueOf(versions.now()),
                String.valueOf(versions.then()))));
        return differences;
    }

    /**
     * Returns why a database cannot be the one that a stage was read from, or is in a state before that; empty if it can. It
     * is known by when it was created, by how many changes it has had, and by witnesses, which are documents that were read.
     */
    public static Optional<OfFile> compare(StageOffset saved, Seen.Source seen) {
        return creation(saved, seen).or(() -> sequence(saved, seen)).or(() -> witnesses(saved, seen));
    }

    private static Optional<OfFile> creation(StageOffset saved, Seen.Source seen) {
        return saved.source()
                .filter(then -> !then.matches(seen.database()))
                .map(then -> new OfFile(
                        Kind.SOURCE,
                        "CouchDB database of stage \"%s\"".formatted(saved.name()),
                        text(seen.database()),
                        text(then)));
    }

    private static String text(Database database) {
        return "\"%s\" with instance_start_time %s".formatted(database.name(), database.instanceStartTime());
    }

    /** What a database says of itself is comparable; a position in its feed may count less, after a split of shards. */
    private static Optional<OfFile> sequence(StageOffset saved, Seen.Source seen) {
        long advance = seen.advance(saved).orElse(0);
        if (advance >= 0 || !seen.isExact()) {
            return Optional.empty();
        }
        return SequenceNumber.of(seen.database().updateSequence())
                .map(now -> new OfFile(
                        Kind.SOURCE,
                        "CouchDB database \"%s\" of stage \"%s\" went back to an older state"
                                .formatted(seen.database().name(), saved.name()),
                        "%s changes".formatted(now.changes()),
                        "%s or more".formatted(now.changes() - advance)));
    }

    private static Optional<OfFile> witnesses(StageOffset saved, Seen.Source seen) {
        int others = seen.misfits().size() - 1;
        String more = others > 0
                ? ", and %s more of %s witnesses that do not fit"
                        .formatted(others, saved.witnesses().size())
                : "";
        return seen.misfits().stream()
                .findFirst()
                .map(first -> new OfFile(
                        Kind.SOURCE,
                        "document \"%s\" of CouchDB database \"%s\", which stage \"%s\" has read"
                                .formatted(first.witness().id(), seen.database().name(), saved.name()),
                        first.rev().map(rev -> "revision " + rev).orElse("no such document, not even a deleted one")
                                + more,
                        "revision %s or a later one".formatted(first.witness().rev())));
    }
}
