// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.CheckReport.Cluster;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Lookup;
import io.couchmigrator.Migration;
import io.couchmigrator.SourceException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What was found at the databases of all stages and lookups. */
public final class SourcePreflight {
    private final List<SourceException> faults;
    /** The databases that could be asked, by the names of the stages that read them. */
    private final Map<String, SourceLook> looks;

    private final Map<String, Long> counts;

    private SourcePreflight(List<SourceException> faults, Map<String, SourceLook> looks, Map<String, Long> counts) {
        this.faults = faults;
        this.looks = looks;
        this.counts = counts;
    }

    /**
     * Looks at all of them. The first request proves the credentials, alone.
     *
     * @param counted the stages whose documents are counted, by name
     */
    public static SourcePreflight at(
            Migration migration, Predicate<String> counted, CouchClient couch, Patience patience, StopSignal stop) {
        List<SourceException> faults = new ArrayList<>();
        Map<String, SourceLook> looks = new LinkedHashMap<>();
        Map<String, Long> totals = new LinkedHashMap<>();
        Set<String> toCount = read(migration, counted);
        for (String name : databases(migration)) {
            try {
                SourceLook look = SourceLook.at(name, couch, patience, stop);
                looks.put(name, look);
                if (toCount.contains(name)) {
                    totals.put(
                            name,
                            DocumentFeed.total(couch, patience, name)
                                    .orElse(look.facts().documents()));
                }
            } catch (SourceException e) {
                faults.add(e);
                if (!(e.getCause() instanceof StatusException status && status.isOfOneDatabase(!looks.isEmpty()))) {
                    break;
                }
            }
        }
        return new SourcePreflight(faults, ofStages(migration, looks), ofStages(migration, totals));
    }

    /** Returns what keeps a run from reading them. */
    public List<SourceException> faults() {
        return faults;
    }

    /** Returns how many documents the databases of stages have, as far as they were counted, by the stages' names. */
    public Map<String, Long> counts() {
        return counts;
    }

    /** Returns what is seen of the database of a stage, which its witnesses are asked of; empty if that could not be asked. */
    public Optional<Identity.Source> seen(StageOffset saved) {
        return look(saved.name()).map(look -> look.seen(saved));
    }

    /** Returns what the database of a stage says of itself; empty if it could not be asked. */
    public Optional<StageOffset.Database> database(String stage) {
        return look(stage).map(SourceLook::database);
    }

    /** Returns how the database of a stage is spread over a cluster; empty if that could not be asked. */
    public Optional<Cluster> cluster(String stage) {
        return look(stage).map(SourceLook::facts).map(facts -> new Cluster(facts.copies(), facts.shards()));
    }

    /** Returns a stage with what its database says of itself by now, as far as that could be asked. */
    public StageOffset asOfNow(StageOffset saved) {
        return database(saved.name()).map(saved::of).orElse(saved);
    }

    /** Returns the look at the database of a stage; empty if it could not be asked. */
    Optional<SourceLook> look(String stage) {
        return Optional.ofNullable(looks.get(stage));
    }

    private static Set<String> databases(Migration migration) {
        Set<String> names = read(migration, stage -> true);
        for (Lookup<?, ?> lookup : migration.lookups()) {
            if (lookup instanceof Lookup.Documents documents) {
                names.add(documents.database());
            }
        }
        return names;
    }

    /** Returns the databases that stages read, of those whose names fit. */
    private static Set<String> read(Migration migration, Predicate<String> stages) {
        Set<String> names = new LinkedHashSet<>();
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage instanceof DocumentStage<?> documents && stages.test(stage.name())) {
                names.add(documents.database());
            }
        }
        return names;
    }

    private static <V> Map<String, V> ofStages(Migration migration, Map<String, V> ofDatabases) {
        Map<String, V> values = new LinkedHashMap<>();
        for (Stage<?, ?> stage : migration.stages()) {
            if (stage instanceof DocumentStage<?> documents && ofDatabases.containsKey(documents.database())) {
                values.put(stage.name(), ofDatabases.get(documents.database()));
            }
        }
        return values;
    }
}
