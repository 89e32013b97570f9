// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.Lookup;
import io.couchmigrator.Migration;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.internal.postgres.Fault;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.postgres.TargetChecks;
import io.couchmigrator.internal.postgres.Upserts;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What each database must have for the stages: the tables that are written, read or asked.
 *
 * @param counted the stages whose tables are counted, by name
 */
record StageTables(Migration migration, Target target, Predicate<String> counted) {
    /** Looks at what a run needs of the main database. */
    void main(DatabaseLook look) {
        boolean sharded = target.shards().isPresent();
        if (!sharded) {
            written(look);
        }
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage instanceof TableStage<?> table
                    && target.source(stage.name()).isEmpty()) {
                sourceTable(look, table);
            }
        }
        for (Lookup<?, ?> lookup : migration.lookups()) {
            if (lookup instanceof Lookup.Rows rows) {
                look.check(connection -> TargetChecks.lookup(connection, rows));
            }
        }
        migration.completion().ifPresent(table -> {
            look.check(connection -> TargetChecks.completion(connection, table, migration.slug()));
            look.check(connection -> TargetChecks.written(connection, Set.of(table.table())));
        });
    }

    /** Looks at the tables that stages write. */
    void written(DatabaseLook look) {
        for (Stage<?, ?> stage : migration.stages()) {
            look.check(connection -> Upserts.faults(connection, stage.destination()));
            look.check(connection ->
                    TargetChecks.written(connection, stage.destination().tables()));
            look.compare(connection -> Upserts.comparedFaults(connection, stage.destination()));
            look.remark(connection -> Upserts.remarks(connection, stage.destination()));
            if (stage.destination() instanceof OwnedTable<?> table) {
                look.own(stage, table);
            }
        }
    }

    private void sourceTable(DatabaseLook look, TableStage<?> stage) {
        List<Fault> found = look.check(connection -> {
            if (stage.optional() && !Statements.exists(connection, stage.table())) {
                look.skip(
                        stage,
                        "table %s is not in %s: skipped; if this installation has it in another database, name that one by tableSource(\"%s\", …)"
                                .formatted(stage.table(), look.where(), stage.name()));
                return List.of();
            }
            return TargetChecks.source(connection, stage);
        });
        if (found.isEmpty() && counted.test(stage.name())) {
            look.count(stage);
        }
    }

    /** Whoever names the database of a table says that it is there, even if it may be missing. */
    void sourceTableElsewhere(DatabaseLook look, String name) {
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage instanceof TableStage<?> table && stage.name().equals(name)) {
                List<Fault> found = look.check(connection -> Statements.exists(connection, table.table())
                        ? TargetChecks.source(connection, table)
                        : List.of(new Fault(
                                "table \"%s\" does not exist: name the database that has it for the stage \"%s\", or none"
                                        .formatted(table.table(), name))));
                if (found.isEmpty() && counted.test(name)) {
                    look.count(table);
                }
            }
        }
    }
}
