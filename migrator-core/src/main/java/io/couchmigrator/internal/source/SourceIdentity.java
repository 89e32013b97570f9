// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.identity.Doubt;
import io.couchmigrator.internal.identity.SequenceNumber;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.Witness;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a database is still the one that a stage was read from, and in no older state: by when it was created, by
 * how many changes it has had, and by witnesses, which are documents that were read. Waits out passing errors. Safe for
 * use by multiple threads.
 */
public final class SourceIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(SourceIdentity.class);

    private final String database;
    private final CouchClient couch;
    private final Patience patience;
    private final StopSignal stop;
    private final ChangedIds feed;

    public SourceIdentity(String database, CouchClient couch, Patience patience, StopSignal stop) {
        this.database = database;
        this.couch = couch;
        this.patience = patience;
        this.stop = stop;
        this.feed = new ChangedIds(database, couch, patience);
    }

    /** Returns what the server says of the database now. */
    DatabaseFacts facts() {
        return patience.persist(() -> couch.database(database));
    }

    /** Returns what is kept of that, to know the database by. */
    public static StageOffset.Database database(String name, DatabaseFacts facts) {
        return new StageOffset.Database(name, facts.instanceStartTime(), facts.sequence());
    }

    /** Returns why the database cannot be the one a stage was read from; empty if it can. */
    public Optional<Doubt> doubt(StageOffset saved, DatabaseFacts facts) {
        return creation(saved, facts).or(() -> sequence(saved, facts)).or(() -> witnesses(saved, facts));
    }

    private Optional<Doubt> creation(StageOffset saved, DatabaseFacts facts) {
        StageOffset.Database now = database(database, facts);
        return saved.source()
                .filter(then -> !then.matches(now))
                .map(then ->
                        new Doubt("CouchDB database of stage \"%s\"".formatted(saved.name()), text(now), text(then)));
    }

    private static String text(StageOffset.Database database) {
        return "\"%s\" with instance_start_time %s".formatted(database.name(), database.instanceStartTime());
    }

    /** What a database says of itself is comparable; a position in its feed may count less, after a split of shards. */
    private Optional<Doubt> sequence(StageOffset saved, DatabaseFacts facts) {
        JsonElement told =
                saved.source().map(StageOffset.Database::updateSequence).orElse(null);
        Optional<SequenceNumber> then = SequenceNumber.of(told);
        Optional<SequenceNumber> now = SequenceNumber.of(facts.sequence());
        OptionalLong advance = SequenceNumber.advance(told, facts.sequence());
        if (advance.orElse(0) >= 0) {
            return Optional.empty();
        }
        boolean exact = now.orElseThrow().plain() || facts.copies().equals(OptionalLong.of(1));
        if (!exact) {
            LOG.info(
                    "\"{}\" has {} changes fewer than stage \"{}\" knows of: its copies count for themselves",
                    database,
                    -advance.getAsLong(),
                    saved.name());
            return Optional.empty();
        }
        return Optional.of(new Doubt(
                "CouchDB database \"%s\" of stage \"%s\" went back to an older state".formatted(database, saved.name()),
                "%s changes".formatted(now.orElseThrow().changes()),
                "%s or more".formatted(then.orElseThrow().changes())));
    }

    /** A replica that lags may not have what another one had, for a moment: no witness is believed at once. */
    private Optional<Doubt> witnesses(StageOffset saved, DatabaseFacts facts) {
        List<Odd> odd = odd(saved.witnesses());
        if (!odd.isEmpty()) {
            Set<String> changed = changed(saved.sequence(), odd, facts);
            patience.rest();
            odd = odd(odd.stream().map(Odd::witness).toList()).stream()
                    .filter(one ->
                            one.isMissing() || !changed.contains(one.witness().id()))
                    .toList();
        }
        if (odd.isEmpty()) {
            return Optional.empty();
        }
        Odd first = odd.get(0);
        String others = odd.size() > 1
                ? ", and %s more of %s witnesses that do not fit"
                        .formatted(odd.size() - 1, saved.witnesses().size())
                : "";
        return Optional.of(new Doubt(
                "document \"%s\" of CouchDB database \"%s\", which stage \"%s\" has read"
                        .formatted(first.witness().id(), database, saved.name()),
                (first.isMissing() ? "no such document, not even a deleted one" : "revision " + first.now()) + others,
                "revision %s or a later one".formatted(first.witness().rev())));
    }

    /** A witness that does not fit, and its revision now; empty if the document is unknown. */
    private record Odd(Witness witness, String now) {
        boolean isMissing() {
            return now.isEmpty();
        }
    }

    private List<Odd> odd(List<Witness> witnesses) {
        if (witnesses.isEmpty()) {
            return List.of();
        }
        List<String> ids = witnesses.stream().map(Witness::id).toList();
        List<CouchRow> rows = patience.persist(() -> {
            List<CouchRow> answered = new ArrayList<>();
            couch.documents(database, ids, null, Meter.NONE, answered::add);
            return answered;
        });
        List<Odd> odd = new ArrayList<>();
        for (Witness witness : witnesses) {
            for (CouchRow row : rows) {
                boolean missing = row.state() == CouchRow.State.MISSING;
                if (row.id().equals(witness.id()) && (missing || !witness.fits(row.rev()))) {
                    odd.add(new Odd(witness, missing ? "" : row.rev()));
                }
            }
        }
        return odd;
    }

    /**
     * Returns which of the witnesses the feed tells to have changed, as the end of a conflict changes them. A feed that
     * begins from its beginning tells that of every document, which explains nothing.
     */
    private Set<String> changed(@Nullable JsonElement since, List<Odd> odd, DatabaseFacts facts) {
        Set<String> asked = new HashSet<>();
        odd.stream()
                .filter(one -> !one.isMissing())
                .forEach(one -> asked.add(one.witness().id()));
        Set<String> changed = new HashSet<>();
        boolean later = SequenceNumber.of(since).stream().anyMatch(then -> then.changes() > 0);
        AtomicBoolean first = new AtomicBoolean(true);
        if (!asked.isEmpty()) {
            feed.read(since, stop, page -> {
                boolean fromTheBeginning =
                        first.getAndSet(false) && later && page.left() >= facts.documents() + facts.deleted();
                page.ids().stream()
                        .filter(id -> !fromTheBeginning && asked.contains(id))
                        .forEach(changed::add);
                return !fromTheBeginning && changed.size() < asked.size();
            });
        }
        return changed;
    }
}
