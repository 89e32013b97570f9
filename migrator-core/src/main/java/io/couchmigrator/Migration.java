// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A named sequence of stages. Immutable. */
public final class Migration {
    /** A verification of a migration has files named after its slug and this. */
    private static final String OF_VERIFICATION = ".verify";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

    private final String slug;
    private final String logName;
    private final List<Stage<?, ?>> stages;
    private final Map<String, String> settings;
    private final @Nullable CompletionTable completion;

    private Migration(Builder builder) {
        this.slug = builder.slug;
        this.logName = builder.logName;
        this.stages = List.copyOf(builder.stages);
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(builder.settings));
        this.completion = builder.completion;
    }

    /**
     * Starts a migration.
     *
     * @param slug its name on the command line and at the head of its files: letters, digits, {@code _ . -}, and no
     *     {@code .verify} at its end, which would name files of another migration's verification
     * @throws IllegalArgumentException if it is anything else
     */
    public static Builder builder(String slug) {
        return new Builder(slug);
    }

    /** Returns the name that its files carry. */
    public String slug() {
        return slug;
    }

    /** Returns what a run's own files are called between the slug and the time at which it began. */
    public String logName() {
        return logName;
    }

    /** Returns the stages in the order they are run. */
    public List<Stage<?, ?>> stages() {
        return stages;
    }

    /** Returns what it was built with, in the order in which it was told; the history keeps it among the settings of a run. */
    public Map<String, String> settings() {
        return settings;
    }

    /** Returns the lookups that its stages ask, each once. */
    public Set<Lookup<?, ?>> lookups() {
        return stages.stream()
                .<Lookup<?, ?>>flatMap(stage -> stage.lookups().stream().map(Lookup.Keys::lookup))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns where completion is recorded; empty if nowhere. */
    public Optional<CompletionTable> completion() {
        return Optional.ofNullable(completion);
    }

    /** @throws IllegalArgumentException if a text is no {@linkplain #builder slug} */
    static String requireSlug(String slug) {
        if (requireName(slug, "slug").endsWith(OF_VERIFICATION)) {
            throw new IllegalArgumentException(
                    "unexpected slug \"%s\": expected one that does not end with \"%s\", as the files of a verification do"
                            .formatted(slug, OF_VERIFICATION));
        }
        return slug;
    }

    private static String requireName(String name, String what) {
        if (!NAME.matcher(Objects.requireNonNull(name, what)).matches()) {
            throw new IllegalArgumentException(
                    "unexpected %s \"%s\": expected letters, digits and _ . - only".formatted(what, name));
        }
        return name;
    }

    /** @throws IllegalStateException if a stage cannot say to which shard a row belongs */
    void requireRouters() {
        for (Stage<?, ?> stage : stages) {
            if (stage.destination().router().isEmpty()) {
                throw new IllegalStateException(
                        "stage \"%s\" cannot write to shards: its writer has no router: expected Upsert with router(), or a Writer with router()"
                                .formatted(stage.name()));
            }
        }
    }

    /** @throws UnsupportedOperationException if rows of a stage cannot be compared with those in the target */
    void requireComparable() {
        for (Stage<?, ?> stage : stages) {
            if (!stage.destination().isComparable()) {
                throw new UnsupportedOperationException(
                        "stage \"%s\" cannot be verified: its writer cannot compare rows: expected Upsert, or a Writer with isComparable() and compare()"
                                .formatted(stage.name()));
            }
        }
    }

    /** @throws IllegalArgumentException if no stage of this name reads a table */
    void requireTable(String name) {
        List<String> tables = stages.stream()
                .filter(TableStage.class::isInstance)
                .<String>map(Stage::name)
                .toList();
        if (!tables.contains(name)) {
            throw new IllegalArgumentException("unexpected stage \"%s\": expected one that reads a table: %s"
                    .formatted(name, tables.isEmpty() ? "there is none" : String.join(", ", tables)));
        }
    }

    /** Returns the slug and the names of the stages. */
    @Override
    public String toString() {
        return "migration \"%s\" of %s"
                .formatted(slug, stages.stream().map(Stage::name).toList());
    }

    /** Builds a {@link Migration}; not safe for use by multiple threads. */
    public static final class Builder {
        private final String slug;
        private String logName = "run";
        private final List<Stage<?, ?>> stages = new ArrayList<>();
        private final Map<String, String> settings = new LinkedHashMap<>();
        private @Nullable CompletionTable completion;

        private Builder(String slug) {
            this.slug = requireSlug(slug);
        }

        /**
         * Sets what a run's own files, such as its migration logs, are called between the slug and the time at which it
         * began: letters, digits, {@code _ . -}. The default is {@code run}, as in {@code orders-run-20181024T205839Z.txt.0}.
         *
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder logName(String logName) {
            this.logName = requireName(logName, "logName");
            return this;
        }

        /** Adds a stage after those already there. */
        public Builder stage(Stage<?, ?> stage) {
            stages.add(Objects.requireNonNull(stage, "stage"));
            return this;
        }

        /**
         * Tells with what it was built, so that {@link MigrationInfo.LatestRun#settings} has it beside what the run was given: how to build it
         * once more. By default nothing is told.
         *
         * @param name its name there; under the name of what each run is given, such as {@code chunk_size}, that is told instead
         * @param value never a secret: the history has it as it is
         */
        public Builder setting(String name, String value) {
            settings.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /** Sets the table that is told when all stages are complete and no reject is outstanding. By default none is. */
        public Builder completion(CompletionTable completion) {
            this.completion = Objects.requireNonNull(completion, "completion");
            return this;
        }

        /**
         * Returns the migration.
         *
         * @throws IllegalStateException if it has no stage, or two of one name
         */
        public Migration build() {
            if (stages.isEmpty()) {
                throw new IllegalStateException(
                        "migration \"%s\" has no stage: add one before build()".formatted(slug));
            }
            Set<String> names = new HashSet<>();
            for (Stage<?, ?> stage : stages) {
                if (!names.add(stage.name())) {
                    throw new IllegalStateException(
                            "migration \"%s\" has two stages named \"%s\": rename one".formatted(slug, stage.name()));
                }
            }
            return new Migration(this);
        }
    }
}
