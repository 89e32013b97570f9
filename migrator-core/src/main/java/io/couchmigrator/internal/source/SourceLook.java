// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.identity.Identity.Misfit;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.Witness;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A look at a CouchDB database: what it says of itself, and what it has of witnesses. Waits out passing errors. */
record SourceLook(String name, DatabaseFacts facts, CouchClient couch, Patience patience, StopSignal stop) {
    private static final Logger LOG = LoggerFactory.getLogger(SourceLook.class);

    /** Asks the database what it says of itself. */
    static SourceLook at(String database, CouchClient couch, Patience patience, StopSignal stop) {
        DatabaseFacts facts = patience.persist(() -> couch.database(database));
        return new SourceLook(database, facts, couch, patience, stop);
    }

    /** Returns what is kept of that, to know the database by. */
    StageOffset.Database database() {
        return new StageOffset.Database(name, facts.instanceStartTime(), facts.sequence());
    }

    /** Returns that as it is compared, without witnesses. */
    Identity.Source said() {
        return new Identity.Source(database(), facts.copies(), List.of());
    }

    /** Returns whether a feed tells of all that the database has, although it was asked for what changed since a stage stood there. */
    boolean isRewound(StageOffset since, long pending) {
        return Identity.isRewound(since, pending, facts.documents() + facts.deleted());
    }

    /** Returns what is seen of the database of a stage; where it is another one by what it says, no witness is asked for. */
    Identity.Source seen(StageOffset saved) {
        Identity.Source said = said();
        long advance = said.advance(saved).orElse(0);
        if (advance < 0 && !said.isExact()) {
            LOG.info(
                    "\"{}\" has {} changes fewer than stage \"{}\" knows of: its copies count for themselves",
                    name,
                    -advance,
                    saved.name());
        }
        return said.compare(saved).isPresent() ? said : new Identity.Source(database(), facts.copies(), misfits(saved));
    }

    /** A replica that lags may not have what another one had, for a moment: no witness is believed at once. */
    private List<Misfit> misfits(StageOffset saved) {
        List<Misfit> doubtful = asked(saved.witnesses());
        if (doubtful.isEmpty()) {
            return doubtful;
        }
        Set<String> changed = changed(saved, doubtful);
        patience.rest();
        List<Misfit> misfits = asked(doubtful.stream().map(Misfit::witness).toList());
        Set<String> purged = misfits.stream().anyMatch(misfit -> misfit.rev().isEmpty())
                ? new PurgeLook(name, couch, patience).told()
                : Set.of();
        return misfits.stream()
                .filter(misfit -> !(misfit.rev().isEmpty() ? purged : changed)
                        .contains(misfit.witness().id()))
                .toList();
    }

    private List<Misfit> asked(List<Witness> witnesses) {
        if (witnesses.isEmpty()) {
            return List.of();
        }
        List<String> ids = witnesses.stream().map(Witness::id).toList();
        List<CouchRow> rows = patience.persist(() -> {
            List<CouchRow> answered = new ArrayList<>();
            couch.documents(name, ids, Wanted.IDS, Meter.NONE, answered::add);
            return answered;
        });
        List<Misfit> misfits = new ArrayList<>();
        for (Witness witness : witnesses) {
            for (CouchRow row : rows) {
                boolean missing = row.state() == CouchRow.State.MISSING;
                if (row.id().equals(witness.id()) && (missing || !witness.fits(row.rev()))) {
                    misfits.add(new Misfit(witness, missing ? Optional.empty() : Optional.of(row.rev())));
                }
            }
        }
        return outsideTheirTrees(misfits);
    }

    /** Where the winner of a conflict was deleted, or lost, the revision that was read is in the document's tree all the same. */
    private List<Misfit> outsideTheirTrees(List<Misfit> misfits) {
        Map<String, String> read = new LinkedHashMap<>();
        misfits.stream()
                .filter(misfit -> misfit.rev().isPresent())
                .forEach(misfit ->
                        read.put(misfit.witness().id(), misfit.witness().rev()));
        Set<String> lacking = read.isEmpty() ? Set.of() : lacking(read);
        return misfits.stream()
                .filter(misfit -> misfit.rev().isEmpty()
                        || lacking.contains(misfit.witness().id()))
                .toList();
    }

    private Set<String> lacking(Map<String, String> revisions) {
        try {
            return patience.persist(() -> couch.lacking(name, revisions));
        } catch (SourceException e) {
            if (StatusException.causing(e).isEmpty()) {
                throw e;
            }
            return revisions.keySet();
        }
    }

    /**
     * Returns which of the witnesses the feed tells to have changed, as the end of a conflict changes them. A feed that
     * begins from its beginning tells that of every document, which explains nothing.
     */
    private Set<String> changed(StageOffset saved, List<Misfit> misfits) {
        Set<String> asked = new HashSet<>();
        misfits.stream()
                .filter(misfit -> misfit.rev().isPresent())
                .forEach(misfit -> asked.add(misfit.witness().id()));
        Set<String> changed = new HashSet<>();
        AtomicBoolean first = new AtomicBoolean(true);
        if (!asked.isEmpty()) {
            new ChangedIds(name, couch, patience).read(saved.sequence(), stop, page -> {
                boolean fromTheBeginning = first.getAndSet(false) && isRewound(saved, page.left());
                page.ids().stream()
                        .filter(id -> !fromTheBeginning && asked.contains(id))
                        .forEach(changed::add);
                return !fromTheBeginning && changed.size() < asked.size();
            });
        }
        return changed;
    }
}
