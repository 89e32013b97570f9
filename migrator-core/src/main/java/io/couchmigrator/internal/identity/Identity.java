// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import com.google.gson.JsonElement;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Migration;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.identity.Difference.Kind;
import io.couchmigrator.internal.identity.Difference.OfFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.Witness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is there now, to hold what was saved against. What is no identity (URL, server uuid, workers, chunk size,
 * credentials) is not looked at.
 *
 * @param migration the migration at hand
 * @param target its target; empty if not all of it could be asked
 * @param sources the CouchDB databases of stages that could be asked, by the stages' names
 */
public record Identity(Migration migration, Optional<TargetIdentity> target, Map<String, Source> sources) {
    /** Returns in what both differ, as far as it was seen; empty if what was saved can be gone on from. */
    public List<Difference> compare(Offsets saved) {
        List<Difference> differences = new ArrayList<>();
        if (!saved.migration().equals(migration.slug())) {
            differences.add(new OfFile(Kind.PLACE, "migration", migration.slug(), saved.migration()));
        }
        List<String> planned = saved.stages().stream().map(StageOffset::name).toList();
        target.ifPresent(
                seen -> differences.addAll(TargetComparison.differences(saved.target(), seen, planned, owned())));
        differences.addAll(stages(saved.stages()));
        for (StageOffset stage : saved.stages()) {
            Optional.ofNullable(sources.get(stage.name()))
                    .flatMap(source -> source.compare(stage))
                    .ifPresent(differences::add);
        }
        return differences;
    }

    /**
     * Returns whether a stage that was migrated may be missing from a migration, and then is left as it is: if all stages own
     * their tables, none depends on another.
     */
    public static boolean leavesStages(Migration migration) {
        return migration.stages().stream().allMatch(stage -> stage.destination() instanceof OwnedTable<?>);
    }

    /** Returns the tables that stages own, by their names. */
    private Set<String> owned() {
        Set<String> owned = new HashSet<>();
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage.destination() instanceof OwnedTable<?> table) {
                owned.add(table.table().toString());
            }
        }
        return owned;
    }

    private record Versions(int then, int now, Kind kind) {}

    private List<Difference> stages(List<StageOffset> saved) {
        Map<String, Stage<?, ?>> stages = new LinkedHashMap<>();
        for (Stage<?, ?> stage : migration.stages()) {
            stages.put(stage.name(), stage);
        }
        List<Difference> differences = new ArrayList<>();
        // Mostly all definitions differ alike, and that is told once.
        Map<Versions, List<String>> redefined = new LinkedHashMap<>();
        for (StageOffset stage : saved) {
            Stage<?, ?> now = stages.get(stage.name());
            boolean documents = now instanceof DocumentStage<?>;
            if (now == null && leavesStages(migration)) {
                continue;
            }
            if (now == null) {
                String names = String.join(", ", stages.keySet());
                differences.add(new OfFile(Kind.PLACE, "stage", "one of " + names, stage.name()));
            } else if (documents != stage.source().isPresent()) {
                String what = "what stage \"%s\" reads".formatted(stage.name());
                differences.add(new OfFile(Kind.PLACE, what, read(documents), read(!documents)));
            } else if (now.definition() != stage.definition()) {
                redefined
                        .computeIfAbsent(
                                new Versions(stage.definition(), now.definition(), definition(now)),
                                versions -> new ArrayList<>())
                        .add("\"" + stage.name() + "\"");
            }
        }
        redefined.forEach((versions, names) -> differences.add(new OfFile(
                versions.kind(),
                (names.size() == 1 ? "stage " : "stages ") + String.join(", ", names),
                definition(versions.now()),
                definition(versions.then()))));
        return differences;
    }

    private static String definition(int version) {
        return "definition " + version;
    }

    private static Kind definition(Stage<?, ?> stage) {
        return stage.destination() instanceof OwnedTable<?> ? Kind.OWNING : Kind.DEFINITION;
    }

    private static String read(boolean documents) {
        return documents ? "documents" : "table rows";
    }

    /** Returns how many changes or purges a raw token counts, for a diagnosis; empty if it does not say. */
    public static OptionalLong count(@Nullable JsonElement token) {
        return SequenceNumber.of(token).stream()
                .mapToLong(SequenceNumber::changes)
                .findFirst();
    }

    /**
     * Returns whether a feed tells of all that a database has, although it was asked for what changed since a stage stood there.
     *
     * @param pending of how many changes it tells
     * @param all how many documents the database has, with those that are deleted
     */
    public static boolean isRewound(StageOffset since, long pending, long all) {
        boolean later = SequenceNumber.of(since.sequence()).stream().anyMatch(then -> then.changes() > 0);
        return later && pending >= all;
    }

    /**
     * Returns whether the answer of a feed that has nothing to tell shows that the database has come as far as it was asked from.
     * One that was created since answers from its beginning. A plain number comes back as it was sent, and shows nothing.
     *
     * <p>Good for a doubt only: after a split of shards a feed counts less, and nothing is lost.
     *
     * @param since from where it was asked
     * @param answered to where it has told all
     */
    public static boolean isReached(@Nullable JsonElement since, @Nullable JsonElement answered) {
        boolean plain = SequenceNumber.of(answered).stream().anyMatch(SequenceNumber::plain);
        return !plain && SequenceNumber.advance(since, answered).orElse(-1) >= 0;
    }

    /**
     * A witness of which a database has no revision that an edit could have made.
     *
     * @param rev the revision that it has; empty if it knows no such document, not even a deleted one
     */
    public record Misfit(Witness witness, Optional<String> rev) {}

    /**
     * The CouchDB database of a stage.
     *
     * @param database what it says of itself
     * @param copies how many copies of each document its cluster keeps; empty where it does not say
     * @param misfits witnesses of the stage that do not fit; empty before it was asked for them
     */
    public record Source(Database database, OptionalLong copies, List<Misfit> misfits) {
        public Source {
            misfits = List.copyOf(misfits);
        }

        /** Returns how many changes it had since a stage took note of it, negative if it has fewer; empty if it does not say. */
        public OptionalLong advance(StageOffset saved) {
            return SequenceNumber.advance(
                    saved.source().map(Database::updateSequence).orElse(null), database.updateSequence());
        }

        /** Returns whether it counts each change once. Where each copy counts its own, any of them may answer. */
        public boolean isExact() {
            return SequenceNumber.of(database.updateSequence()).stream().anyMatch(SequenceNumber::plain)
                    || copies.equals(OptionalLong.of(1));
        }

        /**
         * Returns why it cannot be the one that a stage was read from, or is in a state before that; empty if it can. It is known
         * by when it was created, by how many changes it has had, and by witnesses, which are documents that were read.
         */
        public Optional<OfFile> compare(StageOffset saved) {
            return creation(saved).or(() -> sequence(saved)).or(() -> witnesses(saved));
        }

        private Optional<OfFile> creation(StageOffset saved) {
            return saved.source()
                    .filter(then -> !then.matches(database))
                    .map(then -> new OfFile(
                            Kind.SOURCE,
                            "CouchDB database of stage \"%s\"".formatted(saved.name()),
                            text(database),
                            text(then)));
        }

        private static String text(Database database) {
            return "\"%s\" with instance_start_time %s".formatted(database.name(), database.instanceStartTime());
        }

        /** What a database says of itself is comparable; a position in its feed may count less, after a split of shards. */
        private Optional<OfFile> sequence(StageOffset saved) {
            long advance = advance(saved).orElse(0);
            if (advance >= 0 || !isExact()) {
                return Optional.empty();
            }
            return SequenceNumber.of(database.updateSequence())
                    .map(now -> new OfFile(
                            Kind.SOURCE,
                            "CouchDB database \"%s\" of stage \"%s\" went back to an older state"
                                    .formatted(database.name(), saved.name()),
                            now.changes() == 1 ? "1 change" : "%s changes".formatted(now.changes()),
                            "%s or more".formatted(now.changes() - advance)));
        }

        private Optional<OfFile> witnesses(StageOffset saved) {
            int others = misfits.size() - 1;
            String more = others > 0
                    ? ", and %s more of %s witnesses that do not fit"
                            .formatted(others, saved.witnesses().size())
                    : "";
            return misfits.stream()
                    .findFirst()
                    .map(first -> new OfFile(
                            Kind.SOURCE,
                            "document \"%s\" of CouchDB database \"%s\", which stage \"%s\" has read"
                                    .formatted(first.witness().id(), database.name(), saved.name()),
                            first.rev().map(rev -> "revision " + rev).orElse("no such document, not even a deleted one")
                                    + more,
                            "revision %s or a later one"
                                    .formatted(first.witness().rev())));
        }
    }
}
