// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;

/** What the stages of a migration must have for what is asked of a {@link Migrator}. */
final class StageRequirements {
    private StageRequirements() {}

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
