// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Stage;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.postgres.Owner;
import io.couchmigrator.internal.postgres.Ownership;
import io.couchmigrator.internal.retry.OwnThread;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.SourcePreflight;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was found at both servers, before the first document is read.
 *
 * @param owners who is to own the tables of stages, by the stages' names; empty if nothing is to be written
 */
record Preflight(Migration migration, SourcePreflight source, Target.Preflight target, Map<String, Owner> owners) {
    /**
     * Looks at both servers at once, so that one that is away costs no more time than it must.
     *
     * @param counted the stages whose documents or rows are counted, by name, which takes long of large tables
     * @param interrupted called, once, if this thread is interrupted
     */
    static Preflight at(
            Migration migration,
            Predicate<String> counted,
            CouchClient couch,
            Patience patience,
            Target target,
            StopSignal stop,
            Runnable interrupted) {
        OwnThread.Started<SourcePreflight> source = OwnThread.started(
                "migrator-checks", () -> SourcePreflight.at(migration, counted, couch, patience, stop));
        Target.Preflight found;
        try {
            found = target.preflight(migration, counted);
        } catch (Throwable e) {
            ended(source, interrupted, e);
            throw e;
        }
        return new Preflight(migration, source.result(interrupted), found, Map.of());
    }

    /**
     * Returns the same for a run that writes, with what keeps it from tables that are to be owned. Where a stage's database could
     * not be asked nothing is said of its table: whoever mistyped a name is not to be told how to take the table of another.
     */
    Preflight toWrite(Settings settings) {
        Map<String, Owner> claiming = owners(settings);
        return new Preflight(migration, source, ownedBy(claiming, Ownership::fault, List.of()), claiming);
    }

    /** Returns the same for a run that compares, with what keeps it from tables that are owned. */
    Preflight toCompare(Settings settings) {
        Target.Preflight found = ownedBy(owners(settings), Ownership::faultOfComparing, target.faultsOfComparing());
        return new Preflight(migration, source, found, owners);
    }

    private Target.Preflight ownedBy(
            Map<String, Owner> claiming,
            BiFunction<Ownership, Owner, Optional<String>> faultOf,
            List<? extends MigrationException> others) {
        List<MigrationException> faults = new ArrayList<>(target.faults());
        faults.addAll(others);
        for (Target.Owned table : target.owned()) {
            Optional.ofNullable(claiming.get(table.stage()))
                    .flatMap(owner -> faultOf.apply(table.ownership(), owner))
                    .map(table.database()::told)
                    .ifPresent(fault -> faults.add(new TargetException(fault)));
        }
        return new Target.Preflight(
                faults,
                target.faultsOfComparing(),
                target.remarks(),
                target.counts(),
                target.skipped(),
                target.owned(),
                target.identity());
    }

    private Map<String, Owner> owners(Settings settings) {
        Map<String, Set<String>> known =
                Earlier.claims(LogDirectory.offsets(settings.logDirectory(), migration.slug()));
        Map<String, Owner> claiming = new LinkedHashMap<>();
        for (Stage<?, ?> stage : migration.stages()) {
            source.database(stage.name())
                    .ifPresent(database -> claiming.put(
                            stage.name(),
                            new Owner(
                                    migration.slug(),
                                    database,
                                    UUID.randomUUID().toString(),
                                    known.getOrDefault(stage.name(), Set.of()),
                                    settings.adopt(),
                                    settings.acceptNewSource())));
        }
        return claiming;
    }

    /** Returns the stages whose tables are to lose rows of documents that are deleted, which were kept so far, by name. */
    Set<String> losingKept() {
        return target.owned().stream()
                .filter(table -> table.ownership().losesKept())
                .map(Target.Owned::stage)
                .collect(Collectors.toSet());
    }

    /** Returns who is to own the table of a stage; empty if nothing is to be written. */
    Optional<Owner> owner(String stage) {
        return Optional.ofNullable(owners.get(stage));
    }

    /** Creates what is not there of tables that are to be owned, and returns the same with them. */
    Preflight creating(Target in) {
        return new Preflight(migration, source, in.create(migration, target), owners);
    }

    /** Whatever comes of the other thread, it must not outlive the run, nor hide why that ended. */
    private static void ended(OwnThread.Started<?> other, Runnable interrupted, Throwable reason) {
        try {
            other.result(interrupted);
        } catch (RuntimeException | Error e) {
            reason.addSuppressed(e);
        }
    }

    /** Returns all that keeps a run from its first document, with what else was found to. */
    List<MigrationException> faults(List<? extends MigrationException> others) {
        return Stream.of(source.faults(), others, target.faults())
                .<MigrationException>flatMap(List::stream)
                .toList();
    }

    /** Tells what is worth telling of the target, and no fault. */
    void tellRemarks(Reporter reporter) {
        target.remarks().forEach(remark -> reporter.tell(to -> to.warned(remark + ".")));
    }

    /** Returns why a stage is skipped; empty if it is not. */
    Optional<String> skipped(String stage) {
        return Optional.ofNullable(target.skipped().get(stage));
    }

    /** Returns how many items a stage has now; 0 if they could not be counted. */
    long count(String stage) {
        return counted(stage).orElse(0);
    }

    /** @param readings how documents of stages would be read, by the stages' names */
    List<StageCheck> stages(Map<String, Chosen> readings) {
        return migration.stages().stream()
                .map(stage -> new StageCheck(
                        stage.name(),
                        stage.description(),
                        counted(stage.name()),
                        skipped(stage.name()),
                        source.cluster(stage.name()),
                        Optional.ofNullable(readings.get(stage.name()))))
                .toList();
    }

    /** Returns how many items a stage has now; empty if they were not counted. */
    OptionalLong counted(String stage) {
        return Stream.of(source.counts(), target.counts())
                .filter(counts -> counts.containsKey(stage))
                .mapToLong(counts -> counts.get(stage))
                .findFirst();
    }
}
