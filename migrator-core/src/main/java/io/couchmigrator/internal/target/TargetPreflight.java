// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.ShardMap.Shards;
import io.couchmigrator.Stage;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import io.couchmigrator.internal.postgres.Fault;
import io.couchmigrator.internal.postgres.Ownership;
import io.couchmigrator.internal.postgres.TargetChecks;
import io.couchmigrator.internal.postgres.TargetServer;
import io.couchmigrator.internal.postgres.Upserts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Looks at the databases of the target: at every table that is written, read or asked, and what the user may do with it. */
final class TargetPreflight {
    private TargetPreflight() {}

    /** Looks at all of them at once. */
    static Target.Preflight at(Migration migration, Target target, Predicate<String> counted) {
        Set<TableName> written = written(migration);
        StageTables tables = new StageTables(migration, target, counted);
        boolean sharded = target.shards().isPresent();
        List<Supplier<Target.Preflight>> looks = new ArrayList<>();
        looks.add(
                () -> DatabaseLook.at(target.main(), sharded ? Set.of() : written, TargetServer::faults, tables::main));
        if (sharded) {
            target.databases()
                    .forEach(database ->
                            looks.add(() -> DatabaseLook.at(database, written, TargetServer::faults, tables::written)));
        }
        int ofTarget = looks.size();
        target.sources()
                .forEach((stage, database) -> looks.add(() -> DatabaseLook.at(
                        database,
                        Set.of(),
                        TargetServer::readingFaults,
                        look -> tables.sourceTableElsewhere(look, stage))));
        List<Target.Preflight> looked = target.sideBySide().all(looks);
        return of(target, looked, looked.subList(1, ofTarget), looked.subList(ofTarget, looked.size()));
    }

    static Set<TableName> written(Migration migration) {
        Set<TableName> written = new LinkedHashSet<>();
        migration.stages().forEach(stage -> written.addAll(stage.destination().tables()));
        return written;
    }

    /** Creates what stages are to own and is not there, and returns what was seen with the tables that are there now. */
    static Target.Preflight create(Migration migration, Target target, Target.Preflight seen) {
        if (seen.owned().isEmpty()) {
            return seen;
        }
        List<Supplier<Map<String, Long>>> creations = new ArrayList<>();
        for (TargetDatabase database : target.databases()) {
            creations.add(() -> database.patience()
                    .persist(() -> database.own().attempt("create the tables that stages own", connection -> {
                        for (Stage<?, ?> stage : migration.stages()) {
                            create(connection, stage, database);
                        }
                        return TargetServer.tables(connection, written(migration));
                    })));
        }
        List<Map<String, Long>> tables = target.sideBySide().all(creations);
        return new Target.Preflight(
                seen.faults(),
                seen.faultsOfComparing(),
                seen.remarks(),
                seen.counts(),
                seen.skipped(),
                seen.owned(),
                Optional.of(seen.identity().orElseThrow().writing(tables)));
    }

    /** What an event trigger makes of tables that are created is as good or bad as what was there before. */
    private static void create(Connection connection, Stage<?, ?> stage, TargetDatabase database) throws SQLException {
        if (!Upserts.create(connection, stage.destination())) {
            return;
        }
        List<Fault> faults = new ArrayList<>(Upserts.faults(connection, stage.destination()));
        faults.addAll(TargetChecks.written(connection, stage.destination().tables()));
        if (!faults.isEmpty()) {
            throw new TargetException(database.told(
                    "what was created for stage \"%s\" was taken back, since it is not as it was asked for: %s"
                            .formatted(
                                    stage.name(),
                                    faults.stream().map(Fault::sentence).collect(Collectors.joining("; ")))));
        }
    }

    /** Looks whose the tables are that stages own, those of each stage in the order of the databases. */
    static List<Target.Owned> owned(Migration migration, Target target) {
        if (migration.stages().stream().noneMatch(stage -> stage.destination() instanceof OwnedTable<?>)) {
            return List.of();
        }
        List<Supplier<List<Target.Owned>>> looks = new ArrayList<>();
        for (TargetDatabase database : target.databases()) {
            looks.add(() -> database.patience().persist(() -> database.own()
                    .attempt("look whose the tables are", connection -> owned(connection, migration, database))));
        }
        return target.sideBySide().all(looks).stream().flatMap(List::stream).toList();
    }

    private static List<Target.Owned> owned(Connection connection, Migration migration, TargetDatabase database)
            throws SQLException {
        List<Target.Owned> owned = new ArrayList<>();
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage.destination() instanceof OwnedTable<?> table) {
                owned.add(new Target.Owned(stage.name(), database, Ownership.of(connection, table)));
            }
        }
        return owned;
    }

    private static Target.Preflight of(
            Target target, List<Target.Preflight> all, List<Target.Preflight> shards, List<Target.Preflight> sources) {
        List<MigrationException> faults = new ArrayList<>();
        List<TargetException> faultsOfComparing = new ArrayList<>();
        Set<String> remarks = new LinkedHashSet<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        Map<String, String> skipped = new LinkedHashMap<>();
        List<Target.Owned> owned = new ArrayList<>();
        for (Target.Preflight look : all) {
            faults.addAll(look.faults());
            faultsOfComparing.addAll(look.faultsOfComparing());
            remarks.addAll(look.remarks());
            counts.putAll(look.counts());
            skipped.putAll(look.skipped());
            owned.addAll(look.owned());
        }
        if (areIdentified(shards)) {
            faults.addAll(twins(target.databases()));
        }
        Optional<TargetIdentity> identity =
                areIdentified(all) ? Optional.of(identity(target, all.get(0), shards, sources)) : Optional.empty();
        return new Target.Preflight(faults, faultsOfComparing, remarks, counts, skipped, owned, identity);
    }

    private static boolean areIdentified(List<Target.Preflight> looked) {
        return looked.stream().allMatch(look -> look.identity().isPresent());
    }

    private static TargetIdentity identity(
            Target target, Target.Preflight main, List<Target.Preflight> shards, List<Target.Preflight> sources) {
        List<ShardsIdentity> held = new ArrayList<>();
        for (Target.Preflight look : shards) {
            Shards which = target.shards().orElseThrow().databases().get(held.size());
            held.add(new ShardsIdentity(
                    which.first(), which.last(), look.identity().orElseThrow()));
        }
        Map<String, TargetIdentity> read = new LinkedHashMap<>();
        for (String stage : target.sources().keySet()) {
            read.put(stage, sources.get(read.size()).identity().orElseThrow());
        }
        return main.identity().orElseThrow().with(held).reading(read);
    }

    /** A line that was copied and not changed would send the rows of one database into another. */
    private static List<TargetException> twins(List<TargetDatabase> databases) {
        List<TargetException> faults = new ArrayList<>();
        for (int i = 0; i < databases.size(); i++) {
            for (int j = i + 1; j < databases.size(); j++) {
                twins(databases.get(i), databases.get(j)).ifPresent(faults::add);
            }
        }
        return faults;
    }

    private static Optional<TargetException> twins(TargetDatabase one, TargetDatabase other) {
        try {
            return one.isSame(other)
                    ? Optional.of(new TargetException(
                            "%s and %s are one and the same database: expected one of its own for each range of the map: mend the map of shards"
                                    .formatted(one.name(), other.name())))
                    : Optional.empty();
        } catch (TargetException e) {
            return Optional.of(e);
        }
    }
}
