// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.DocumentStage;
import io.couchmigrator.Migration;
import io.couchmigrator.SourceException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.identity.Doubt;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.SourceIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds the databases that an offset file knows against those that are there, before anything is read. */
public final class SavedSources {
    private final Migration migration;
    private final Preflight preflight;
    private final CouchClient couch;
    private final Patience patience;
    private final StopSignal stop;
    private final List<String> accepted = new ArrayList<>();

    /** Creates one; {@code preflight} has looked at the databases. */
    SavedSources(Migration migration, Preflight preflight, CouchClient couch, Patience patience, StopSignal stop) {
        this.migration = migration;
        this.preflight = preflight;
        this.couch = couch;
        this.patience = patience;
        this.stop = stop;
    }

    /** Adds to the preflight why the databases are not those of the file. */
    void check(Path file, Offsets saved) {
        doubts(saved).values().forEach(doubt -> preflight.fault(doubt.refusal(file)));
    }

    /**
     * Returns the offsets for the databases that are there now: of the stages whose database is another one, or of all
     * stages of documents if none shows that it is.
     */
    Offsets accept(Offsets saved) {
        Map<String, Doubt> doubts = doubts(saved);
        List<StageOffset> stages = new ArrayList<>();
        for (StageOffset stage : saved.stages()) {
            StageOffset.Database now = preflight.databases().get(stage.name());
            if (now != null && (doubts.isEmpty() || doubts.containsKey(stage.name()))) {
                accepted.add(stage.name());
                stages.add(stage.movedTo(now));
            } else {
                stages.add(stage);
            }
        }
        return saved.with(stages);
    }

    /** Tells which stages go on with a database that was accepted, unless a fault keeps all of them from it. */
    void tellAccepted(Reporter reporter) {
        if (preflight.faults().isEmpty()) {
            accepted.forEach(stage -> reporter.tell(to -> to.warned(
                    "the CouchDB database of stage \"%s\" is taken for a new one: all its changes are read from the beginning"
                            .formatted(stage))));
        }
    }

    private Map<String, Doubt> doubts(Offsets saved) {
        Map<String, Doubt> doubts = new LinkedHashMap<>();
        try {
            for (StageOffset stage : saved.stages()) {
                doubt(stage).ifPresent(doubt -> doubts.put(stage.name(), doubt));
            }
        } catch (SourceException e) {
            preflight.fault(e);
        }
        return doubts;
    }

    private Optional<Doubt> doubt(StageOffset saved) {
        DatabaseFacts facts = preflight.facts().get(saved.name());
        for (Stage<?, ?> stage : migration.stages()) {
            if (facts != null
                    && stage instanceof DocumentStage<?> documents
                    && stage.name().equals(saved.name())) {
                return new SourceIdentity(documents.database(), couch, patience, stop).doubt(saved, facts);
            }
        }
        return Optional.empty();
    }
}
