// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.Lookup;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.ShardMap.Shards;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.postgres.TargetChecks;
import io.couchmigrator.internal.postgres.Upserts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Looks at every database of the target, all of them at once: at every table that is written, read or asked, and at what
 * the user may do with it.
 */
public final class TargetPreflight {
    private final Migration migration;
    private final List<MigrationException> faults = new ArrayList<>();
    private final Map<String, Long> counts = new ConcurrentHashMap<>();
    private final Map<String, String> skipped = new ConcurrentHashMap<>();
    private final Set<String> remarks = new LinkedHashSet<>();
    private Optional<TargetIdentity> identity = Optional.empty();

    public TargetPreflight(Migration migration) {
        this.migration = migration;
    }

    public void look(Target target) {
        Set<String> written = new TreeSet<>();
        migration.stages().forEach(stage -> written.addAll(stage.writer().tables()));
        boolean sharded = target.shards().isPresent();
        List<Supplier<DatabaseLook>> looks = new ArrayList<>();
        looks.add(() -> DatabaseLook.at(target.main(), sharded ? Set.of() : written, look -> main(look, target)));
        if (sharded) {
            target.databases().forEach(database -> looks.add(() -> DatabaseLook.at(database, written, this::written)));
        }
        int ofTarget = looks.size();
        target.sources()
                .forEach((stage, database) ->
                        looks.add(() -> DatabaseLook.atSource(database, look -> sourceTableElsewhere(look, stage))));
        List<DatabaseLook> looked = target.sideBySide().all(looks);
        looked.forEach(look -> faults.addAll(look.faults()));
        looked.forEach(look -> remarks.addAll(look.remarks()));
        identity = looked.get(0).identity();
        if (sharded) {
            identify(target, looked.subList(1, ofTarget));
        }
        identifySources(target, looked.subList(ofTarget, looked.size()));
    }

    public List<MigrationException> faults() {
        return faults;
    }

    /** Returns what tells the target from another; empty if not all of it could be asked. */
    public Optional<TargetIdentity> identity() {
        return identity;
    }

    /** Returns how many rows each source table has that could be counted, by the stage's name. */
    public Map<String, Long> counts() {
        return counts;
    }

    /** Returns why stages are skipped, by the stage's name. */
    public Map<String, String> skipped() {
        return skipped;
    }

    /** Returns what is worth telling and no fault, each a sentence. */
    public Set<String> remarks() {
        return remarks;
    }

    private void main(DatabaseLook look, Target target) {
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

    private void written(DatabaseLook look) {
        for (Stage<?, ?> stage : migration.stages()) {
            look.check(stage.writer()::faults);
            look.check(connection ->
                    TargetChecks.written(connection, stage.writer().tables()));
            look.remark(connection -> Upserts.remark(connection, stage.writer()));
        }
    }

    private void sourceTable(DatabaseLook look, TableStage<?> stage) {
        List<String> found = look.check(connection -> {
            if (stage.optional() && !Statements.exists(connection, stage.table())) {
                skipped.put(
                        stage.name(),
                        "table %s is not in %s: skipped; if this installation has it in another database, name that one by Migrator.Builder.tableSource"
                                .formatted(stage.table(), look.where()));
            }
            return TargetChecks.source(connection, stage);
        });
        if (found.isEmpty() && !skipped.containsKey(stage.name())) {
            count(look, stage);
        }
    }

    private void count(DatabaseLook look, TableStage<?> stage) {
        look.check(connection -> {
            counts.put(stage.name(), Statements.count(connection, stage));
            return List.of();
        });
    }

    /** Whoever names the database of a table says that it is there, even if it may be missing. */
    private void sourceTableElsewhere(DatabaseLook look, String name) {
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage instanceof TableStage<?> table && stage.name().equals(name)) {
                List<String> found = look.check(connection -> Statements.exists(connection, table.table())
                        ? TargetChecks.source(connection, table)
                        : List.of(
                                "table \"%s\" does not exist: name the database that has it for the stage \"%s\", or none"
                                        .formatted(table.table(), name)));
                if (found.isEmpty()) {
                    count(look, table);
                }
            }
        }
    }

    private void identifySources(Target target, List<DatabaseLook> looked) {
        Map<String, TargetIdentity> seen = new LinkedHashMap<>();
        int number = 0;
        for (String stage : target.sources().keySet()) {
            looked.get(number++).identity().ifPresent(database -> seen.put(stage, database));
        }
        identity = identity.filter(main -> seen.size() == looked.size()).map(main -> main.reading(seen));
    }

    private void identify(Target target, List<DatabaseLook> looked) {
        List<ShardsIdentity> seen = new ArrayList<>();
        for (int i = 0; i < looked.size(); i++) {
            Shards held = target.shards().orElseThrow().databases().get(i);
            looked.get(i)
                    .identity()
                    .ifPresent(database -> seen.add(new ShardsIdentity(held.first(), held.last(), database)));
        }
        identity = identity.filter(main -> seen.size() == looked.size()).map(main -> main.with(seen));
        if (looked.stream().allMatch(look -> look.identity().isPresent())) {
            refuseTwins(target);
        }
    }

    /** A line that was copied and not changed would send the rows of one database into another. */
    private void refuseTwins(Target target) {
        List<TargetDatabase> databases = target.databases();
        for (int i = 0; i < databases.size(); i++) {
            for (int j = i + 1; j < databases.size(); j++) {
                refuseTwins(databases.get(i), databases.get(j));
            }
        }
    }

    private void refuseTwins(TargetDatabase one, TargetDatabase other) {
        try {
            if (one.isSame(other)) {
                faults.add(new TargetException(
                        "%s and %s are one and the same database: expected one of its own for each range of the map: mend the map of shards"
                                .formatted(one.name(), other.name())));
            }
        } catch (TargetException e) {
            faults.add(e);
        }
    }
}
