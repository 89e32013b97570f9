// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.BusyException;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.ShardMap;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.postgres.Ownership;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.SideBySide;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.WaitListener;
import io.couchmigrator.internal.retry.Watch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where a run writes: the main database, which also has source tables, lookups and completion; where the target is
 * sharded, the databases that rows go to instead; and those in which the table of a stage is instead.
 */
public final class Target implements AutoCloseable {
    private final TargetDatabase main;
    private final Optional<ShardMap> shards;
    private final List<TargetDatabase> databases;
    private final Map<String, TargetDatabase> sources;
    private final SideBySide sideBySide;
    private volatile @Nullable TargetLock lock;
    private @Nullable LongTransactions lasting;

    private Target(
            TargetDatabase main,
            Optional<ShardMap> shards,
            List<TargetDatabase> databases,
            Map<String, TargetDatabase> sources,
            SideBySide sideBySide) {
        this.main = main;
        this.shards = shards;
        this.databases = List.copyOf(databases);
        this.sources = sources;
        this.sideBySide = sideBySide;
    }

    /**
     * Creates one without connections.
     *
     * @param sources where the table of a stage is, by the stage's name, if not in the main database
     * @param patience makes the patience with a server of this name
     */
    public static Target of(
            DataSource main,
            Optional<ShardMap> shards,
            Map<String, DataSource> sources,
            int workers,
            StopSignal stop,
            Function<String, Patience> patience) {
        TargetDatabase own = TargetDatabase.main(main, workers, patience);
        List<TargetDatabase> databases = shards.map(map -> map.databases().stream()
                        .map(held -> TargetDatabase.of(held, workers, patience))
                        .toList())
                .orElse(List.of(own));
        Map<String, TargetDatabase> elsewhere = new LinkedHashMap<>();
        sources.forEach((stage, source) -> elsewhere.put(stage, TargetDatabase.ofSource(stage, source, patience)));
        return new Target(own, shards, databases, elsewhere, new SideBySide(stop));
    }

    /** Returns the database of source tables, lookups and completion. */
    public TargetDatabase main() {
        return main;
    }

    /** Returns the databases that rows go to: the main one alone, unless the target is sharded. */
    public List<TargetDatabase> databases() {
        return databases;
    }

    /** Returns where the tables of stages are, by the stages' names, if not in the main database. */
    public Map<String, TargetDatabase> sources() {
        return sources;
    }

    /** Returns where the table of a stage is; empty if that is the main database. */
    public Optional<TargetDatabase> source(String stage) {
        return Optional.ofNullable(sources.get(stage));
    }

    /** Returns which of them holds which shards; empty where the target is not sharded. */
    public Optional<ShardMap> shards() {
        return shards;
    }

    /** Does something with several databases at once. */
    public SideBySide sideBySide() {
        return sideBySide;
    }

    /**
     * The connections of one worker, or of the run itself. Used by one thread at a time; the sessions among themselves may be
     * used at once.
     *
     * @param main to the database of source tables, lookups and completion, where a verification may look for rows as well
     * @param rows to each database that rows go to, in the order of {@link #databases}
     */
    public record Connections(Session main, List<Session> rows) {}

    /** Returns the connections of the run itself. */
    public Connections own() {
        return sessions(Sessions::own);
    }

    /** Returns the connections of a worker, counted from 0. */
    public Connections worker(int index) {
        return sessions(of -> of.worker(index));
    }

    /**
     * Holds all connections to the timelines of their servers, as far as these tell them: a standby does not. And to the tables
     * where rows go.
     */
    public void hold(TargetIdentity identity) {
        identity.timeline().ifPresent(main::hold);
        if (identity.shards().isEmpty()) {
            main.hold(identity.tables());
        }
        for (int i = 0; i < identity.shards().size(); i++) {
            TargetIdentity seen = identity.shards().get(i).database();
            seen.timeline().ifPresent(databases.get(i)::hold);
            databases.get(i).hold(seen.tables());
        }
        sources.forEach(
                (stage, database) -> Optional.ofNullable(identity.sources().get(stage))
                        .ifPresent(seen -> seen.timeline().ifPresent(database::hold)));
    }

    /**
     * Does something while the lock of a migration keeps a second host from it: the lock stands before every transaction, and
     * what breaks the target's connections breaks its own.
     *
     * @param failed hears of a lock that was lost for good, or of what kept it from being looked at
     * @throws BusyException if another run holds it, and goes on doing so
     */
    public void locked(
            String slug,
            TargetIdentity identity,
            StopSignal stop,
            Reporter reporter,
            Consumer<Throwable> failed,
            Runnable work) {
        DataSource source = main.sessions().source();
        try (TargetLock before = new TargetLock(
                source, slug, identity, TargetLock.LONGEST_WAIT, main.patience(), stop, reporter, failed)) {
            lock = before;
            all().forEach(database -> database.sessions().ask(before::pass));
            before.take();
            work.run();
        }
    }

    /**
     * What was found at the databases of the target, all of them or one: at every table that is written, read or asked, and
     * of what the user may do with it.
     *
     * @param faults what keeps a run from writing to them
     * @param faultsOfComparing what keeps a verification from comparing, though a run need not
     * @param remarks what is worth telling and no fault, each a sentence
     * @param counts how many rows each source table has that could be counted, by the stages' names
     * @param skipped why stages are skipped, by their names
     * @param owned whose the tables are that stages are to own
     * @param identity what tells the target from another; empty if not all of it could be asked
     */
    public record Preflight(
            List<MigrationException> faults,
            List<TargetException> faultsOfComparing,
            Set<String> remarks,
            Map<String, Long> counts,
            Map<String, String> skipped,
            List<Owned> owned,
            Optional<TargetIdentity> identity) {}

    /** Whose the table is, in one database, that a stage is to own. */
    public record Owned(String stage, TargetDatabase database, Ownership ownership) {}

    /** Looks, in each database, whose the tables are now that stages own. */
    public List<Owned> owned(Migration migration) {
        return TargetPreflight.owned(migration, this);
    }

    /**
     * Creates, in each database, what is not there of the tables that stages are to own.
     *
     * @param seen what was found before, without faults
     * @return the same with the tables that are there now
     */
    public Preflight create(Migration migration, Preflight seen) {
        return TargetPreflight.create(migration, this, seen);
    }

    /** Tells of all databases what somebody wants to know who plans a run. */
    public List<TargetCheck> described(Migration migration) {
        return new TargetDescription(this, migration).all();
    }

    /** Returns that another run holds the lock of a migration now; empty if none does. */
    public Optional<BusyException> busy(String slug, TargetIdentity identity) {
        return TargetLock.busy(main, slug, identity);
    }

    /**
     * Looks at all databases at once.
     *
     * @param counted the stages whose tables are counted, by name, which takes long where they are large
     */
    public Preflight preflight(Migration migration, Predicate<String> counted) {
        return TargetPreflight.at(migration, this, counted);
    }

    /** Returns the same, with its connections, but the patience of checks. */
    public Target ofChecks(Duration outage, Watch watch) {
        UnaryOperator<TargetDatabase> patient = database -> database.ofChecks(outage, watch);
        TargetDatabase own = patient.apply(main);
        Map<String, TargetDatabase> elsewhere = new LinkedHashMap<>();
        sources.forEach((stage, database) -> elsewhere.put(stage, patient.apply(database)));
        List<TargetDatabase> rows =
                shards.isPresent() ? databases.stream().map(patient).toList() : List.of(own);
        return new Target(own, shards, rows, elsewhere, sideBySide);
    }

    /** Tells what transactions wait for that take long, from now on until it is closed; returns itself. */
    public Target telling(WaitListener listener) {
        lasting = new LongTransactions(everywhere().toList(), listener);
        return this;
    }

    /** Returns the databases of which a session is so, by what they are called. */
    public List<String> with(Predicate<Session> how) {
        return everywhere()
                .filter(database -> database.sessions().has(how))
                .map(TargetDatabase::called)
                .toList();
    }

    /** Begins nothing any more, and has each database cancel what it has in hand. By any thread; at once. */
    public void giveUp() {
        everywhere().forEach(database -> database.sessions().giveUp());
    }

    /** Breaks all connections, so that nobody waits for a server that is silent. By any thread; at once. */
    public void cut() {
        everywhere().forEach(database -> database.sessions().cut());
        TargetLock held = lock;
        if (held != null) {
            held.cut();
        }
    }

    @Override
    public void close() {
        sideBySide.close();
        if (lasting != null) {
            lasting.close();
        }
        everywhere().forEach(TargetDatabase::close);
    }

    private Stream<TargetDatabase> everywhere() {
        return Stream.concat(all().stream(), sources.values().stream());
    }

    /** Returns those that are written. */
    private Set<TargetDatabase> all() {
        Set<TargetDatabase> all = new LinkedHashSet<>();
        all.add(main);
        all.addAll(databases);
        return all;
    }

    private Connections sessions(Function<Sessions, Session> whose) {
        Stream<Sessions> rows = databases.stream().map(TargetDatabase::sessions);
        return new Connections(whose.apply(main.sessions()), rows.map(whose).toList());
    }
}
