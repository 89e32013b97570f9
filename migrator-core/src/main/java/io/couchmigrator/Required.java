// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What must be given to builders, and what the stages of a migration must have for what is asked of a {@link Migrator}. */
final class Required {
    private Required() {}

    static <T> T of(@Nullable T value, String what, String kind, String name) {
        if (value == null) {
            throw new IllegalStateException("%s \"%s\" has no %s: set one before build()".formatted(kind, name, what));
        }
        return value;
    }

    static int positive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("unexpected %s: %s: expected 1 or more".formatted(name, value));
        }
        return value;
    }

    static int within(int least, int most, int value, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "unexpected %s: %s: expected %s to %s".formatted(name, value, least, most));
        }
        return value;
    }

    static int notNegative(int value, String name) {
        if (value < 0) {
            throw new IllegalArgumentException("unexpected %s: %s: expected 0 or more".formatted(name, value));
        }
        return value;
    }

    static double percent(double value, String name) {
        if (!(value >= 0 && value <= 100)) {
            throw new IllegalArgumentException("unexpected %s: %s: expected 0 to 100".formatted(name, value));
        }
        return value;
    }

    static Duration notNegative(Duration value, String name, String expected) {
        if (Objects.requireNonNull(value, name).isNegative()) {
            throw new IllegalArgumentException("unexpected %s: %s: expected %s".formatted(name, value, expected));
        }
        return value;
    }

    /** @throws IllegalStateException if a stage cannot say to which shard a row belongs */
    static void routers(Migration migration) {
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage.destination().router().isEmpty()) {
                throw new IllegalStateException(
                        "stage \"%s\" cannot write to shards: its writer has no router: expected Upsert with router(), or a Writer with router()"
                                .formatted(stage.name()));
            }
        }
    }

    /** @throws UnsupportedOperationException if rows of a stage cannot be compared with those in the target */
    static void comparable(Migration migration) {
        for (Stage<?, ?> stage : migration.stages()) {
            if (!stage.destination().isComparable()) {
                throw new UnsupportedOperationException(
                        "stage \"%s\" cannot be verified: its writer cannot compare rows: expected Upsert, or a Writer with isComparable() and compare()"
                                .formatted(stage.name()));
            }
        }
    }

    /** @throws IllegalArgumentException if no stage of this name reads a table */
    static void table(Migration migration, String name) {
        List<String> stages = migration.stages().stream()
                .filter(TableStage.class::isInstance)
                .<String>map(Stage::name)
                .toList();
        if (!stages.contains(name)) {
            throw new IllegalArgumentException("unexpected stage \"%s\": expected one that reads a table: %s"
                    .formatted(name, stages.isEmpty() ? "there is none" : String.join(", ", stages)));
        }
    }
}
