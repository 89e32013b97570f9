// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Lookup;
import io.couchmigrator.LookupKeys;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.SourceException;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.postgres.TargetChecks;
import io.couchmigrator.internal.postgres.TargetIdentity;
import io.couchmigrator.internal.postgres.Timeline;
import io.couchmigrator.internal.retry.Patience;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Looks at everything that a run needs, before the first document is read, and gathers all faults. */
final class Preflight {
    private final Migration migration;
    private final List<MigrationException> sourceFaults = new ArrayList<>();
    private final List<MigrationException> faults = new ArrayList<>();
    private final Map<String, Long> counts = new ConcurrentHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();
    private final Map<String, StageOffset.Database> databases = new LinkedHashMap<>();
    private final Map<String, DatabaseFacts> facts = new LinkedHashMap<>();
    private Optional<TargetIdentity> target = Optional.empty();
    private boolean done;

    Preflight(Migration migration) {
        this.migration = migration;
    }

    /** Looks at both servers at once, so that one that is away costs no more time than it must. */
    void servers(CouchClient couch, Patience source, Sessions sessions, Patience target, Runnable stop) {
        OwnThread.Started<Boolean> other = OwnThread.started("migrator-checks", () -> {
            source(couch, source);
            return true;
        });
        try {
            sessions.open(target);
            target(sessions.own(), target);
        } catch (MigrationException e) {
            fault(e);
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
        lookups(Lookup.Documents.class).forEach(lookup -> names.add(lookup.database()));
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
                databases.put(stage, new StageOffset.Database(database, found.instanceStartTime()));
            }
            if (totals.containsKey(database)) {
                counts.put(stage, totals.get(database));
            }
        });
    }

    /** Looks at the server, at every table that is written, read or asked, and at what the user may do with them. */
    private void target(Session session, Patience patience) {
        Set<String> written = new TreeSet<>();
        migration.stages().forEach(stage -> written.addAll(stage.writer().tables()));
        Set<String> found = new LinkedHashSet<>();
        try {
            look(session, patience, c -> {
                target = Optional.of(TargetIdentity.of(c, written));
                return List.of();
            });
            OptionalLong timeline = patience.persist(() -> Timeline.of(session));
            target = target.map(seen -> seen.on(timeline));
            found.addAll(look(session, patience, TargetIdentity::serverFaults));
            for (Stage<?, ?> stage : migration.stages()) {
                found.addAll(look(session, patience, stage.writer()::faults));
                if (stage instanceof TableStage<?> table) {
                    found.addAll(sourceTable(session, patience, table));
                }
            }
            for (Lookup.Rows lookup : lookups(Lookup.Rows.class)) {
                found.addAll(look(session, patience, c -> TargetChecks.lookup(c, lookup)));
            }
            if (migration.completion().isPresent()) {
                found.addAll(look(
                        session,
                        patience,
                        c -> TargetChecks.completion(c, migration.completion().get(), migration.slug())));
            }
        } catch (TargetException e) {
            faults.add(e);
        }
        found.forEach(fault -> faults.add(new TargetException(fault)));
    }

    /** Returns whether the servers were looked at. */
    boolean isDone() {
        return done;
    }

    void fault(MigrationException fault) {
        faults.add(fault);
    }

    List<MigrationException> faults() {
        return Stream.concat(sourceFaults.stream(), faults.stream()).toList();
    }

    Optional<TargetIdentity> target() {
        return target;
    }

    /** Returns the database of each stage of documents that could be asked. */
    Map<String, StageOffset.Database> databases() {
        return databases;
    }

    /** Returns what the server said of the database of each stage of documents that could be asked. */
    Map<String, DatabaseFacts> facts() {
        return facts;
    }

    /** Returns why a stage has nothing to read; empty if it has. */
    Optional<String> skipped(String stage) {
        return Optional.ofNullable(skipped.get(stage));
    }

    /** Returns how many items a stage has now; 0 if they could not be counted. */
    long count(String stage) {
        return counts.getOrDefault(stage, 0L);
    }

    List<StageCheck> stages() {
        return migration.stages().stream()
                .map(stage -> new StageCheck(
                        stage.name(),
                        stage.description(),
                        counts.containsKey(stage.name()) ? OptionalLong.of(count(stage.name())) : OptionalLong.empty(),
                        skipped(stage.name())))
                .toList();
    }

    private List<String> sourceTable(Session session, Patience patience, TableStage<?> stage) {
        List<String> found = look(session, patience, c -> {
            if (stage.optional() && !Statements.exists(c, stage.table())) {
                skipped.put(stage.name(), "table %s does not exist: nothing to migrate".formatted(stage.table()));
            }
            return TargetChecks.source(c, stage);
        });
        if (found.isEmpty() && !skipped.containsKey(stage.name())) {
            look(session, patience, c -> {
                counts.put(stage.name(), Statements.count(c, stage));
                return List.of();
            });
        }
        return found;
    }

    /** What may not even be looked at hides nothing else; a server that is gone does. */
    private List<String> look(Session session, Patience patience, Session.Work<List<String>> check) {
        try {
            return patience.persist(() -> session.attempt("look at the target", check));
        } catch (TargetException e) {
            if (e.getCause() instanceof SQLException sql && SqlFault.of(sql).kind() == SqlFault.Kind.PASSING) {
                throw e;
            }
            boolean known = faults.stream()
                    .anyMatch(fault -> String.valueOf(fault.getMessage()).equals(e.getMessage()));
            if (!known) {
                faults.add(e);
            }
            return List.of();
        }
    }

    private <L extends Lookup<?, ?>> Set<L> lookups(Class<L> kind) {
        Set<L> lookups = new LinkedHashSet<>();
        for (Stage<?, ?> stage : migration.stages()) {
            for (LookupKeys<?> keys : stage.lookups()) {
                if (kind.isInstance(keys.lookup())) {
                    lookups.add(kind.cast(keys.lookup()));
                }
            }
        }
        return lookups;
    }
}
