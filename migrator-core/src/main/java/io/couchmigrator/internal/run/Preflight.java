// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Lookup;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.SourceException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.retry.OwnThread;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.source.DocumentFeed;
import io.couchmigrator.internal.source.SourceIdentity;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetPreflight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Looks at everything that a run needs, before the first document is read, and gathers all faults. */
final class Preflight {
    private final Migration migration;
    private TargetPreflight targets = new TargetPreflight(List.of(), Set.of(), Map.of(), Map.of(), Optional.empty());
    private final List<MigrationException> sourceFaults = new ArrayList<>();
    private final List<MigrationException> faults = new ArrayList<>();
    private final Map<String, Long> counts = new ConcurrentHashMap<>();
    private final Map<String, StageOffset.Database> databases = new LinkedHashMap<>();
    private final Map<String, DatabaseFacts> facts = new LinkedHashMap<>();
    private boolean done;

    Preflight(Migration migration) {
        this.migration = migration;
    }

    /** Looks at both servers at once, so that one that is away costs no more time than it must. */
    void servers(CouchClient couch, Patience source, Target target, Runnable stop) {
        OwnThread.Started<Boolean> other = OwnThread.started("migrator-checks", () -> {
            source(couch, source);
            return true;
        });
        try {
            targets = TargetPreflight.at(migration, target);
        } catch (RuntimeException e) {
            ended(other, stop, e);
            throw e;
        }
        other.result(stop);
        done = true;
    }

    /** Whatever comes of the other thread, it must not outlive the run, nor hide why that ended. */
    private static void ended(OwnThread.Started<Boolean> other, Runnable stop, RuntimeException reason) {
        try {
            other.result(stop);
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    /** Looks at the databases of all stages and lookups. The first request proves the credentials, alone. */
    private void source(CouchClient couch, Patience patience) {
        Set<String> names = new LinkedHashSet<>();
        Map<String, String> stages = new LinkedHashMap<>();
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage instanceof DocumentStage<?> documents) {
                names.add(documents.database());
                stages.put(stage.name(), documents.database());
            }
        }
        for (Lookup<?, ?> lookup : migration.lookups()) {
            if (lookup instanceof Lookup.Documents documents) {
                names.add(documents.database());
            }
        }
        Map<String, DatabaseFacts> seen = new LinkedHashMap<>();
        Map<String, Long> totals = new LinkedHashMap<>();
        for (String name : names) {
            try {
                DatabaseFacts facts = patience.persist(() -> couch.database(name));
                seen.put(name, facts);
                totals.put(name, DocumentFeed.total(couch, patience, name).orElse(facts.documents()));
            } catch (SourceException e) {
                sourceFaults.add(e);
                if (!(e.getCause() instanceof StatusException status && status.isOfOneDatabase())) {
                    break;
                }
            }
        }
        stages.forEach((stage, database) -> {
            DatabaseFacts found = seen.get(database);
            if (found != null) {
                facts.put(stage, found);
                databases.put(stage, SourceIdentity.database(database, found));
            }
            if (totals.containsKey(database)) {
                counts.put(stage, totals.get(database));
            }
        });
    }

    /** Returns whether the servers were looked at. */
    boolean isDone() {
        return done;
    }

    void fault(MigrationException fault) {
        faults.add(fault);
    }

    List<MigrationException> faults() {
        return Stream.of(sourceFaults, faults, targets.faults())
                .flatMap(List::stream)
                .toList();
    }

    /** Tells what is worth telling of the target, and no fault. */
    void tellRemarks(Reporter reporter) {
        targets.remarks().forEach(remark -> reporter.tell(to -> to.warned(remark + ".")));
    }

    Optional<TargetIdentity> target() {
        return targets.identity();
    }

    /** Returns the database of each stage of documents that could be asked. */
    Map<String, StageOffset.Database> databases() {
        return databases;
    }

    /** Returns what the server said of the database of each stage of documents that could be asked. */
    Map<String, DatabaseFacts> facts() {
        return facts;
    }

    /** Returns why a stage is skipped; empty if it is not. */
    Optional<String> skipped(String stage) {
        return Optional.ofNullable(targets.skipped().get(stage));
    }

    /** Returns how many items a stage has now; 0 if they could not be counted. */
    long count(String stage) {
        return counted(stage).orElse(0);
    }

    List<StageCheck> stages() {
        return migration.stages().stream()
                .map(stage ->
                        new StageCheck(stage.name(), stage.description(), counted(stage.name()), skipped(stage.name())))
                .toList();
    }

    private OptionalLong counted(String stage) {
        Long count =
                counts.containsKey(stage) ? counts.get(stage) : targets.counts().get(stage);
        return count == null ? OptionalLong.empty() : OptionalLong.of(count);
    }
}
