// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.BusyException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.internal.batch.RejectLimit;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.HistoryFile;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectEvents;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.retry.Watch;
import io.couchmigrator.internal.run.Verb.Start;
import io.couchmigrator.internal.source.Sources;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.verify.Verification;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a migration, or one verification of it, from the lock to the result. Used once. */
public final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    private final Settings settings;
    private final Verb verb;
    private final Clock clock = Clock.systemUTC();
    private final StopSignal stop;
    private final Reporter reporter;
    private final CouchClient couch;
    private final Patience source;
    private final Watch watch;
    private final Grace grace;
    private final Deadline deadline;
    private final Failures failures = new Failures();
    private final Sources sources;
    private boolean looked;
    private volatile boolean stopRequested;
    private volatile @Nullable RejectsFile rejects;

    Run(Settings settings, Verb verb, Duration longestSilence, Duration graceOfBatches) {
        this.settings = settings;
        this.verb = verb;
        this.reporter = new Reporter(settings.listener());
        this.couch = new CouchClient(settings.source());
        this.stop = new StopSignal(couch::cancel);
        this.source = new Patience(couch.name(), settings.limits().outage(), stop, reporter, clock);
        this.sources = new Sources(
                couch,
                verb.reading(settings.source()),
                source,
                settings.workers(),
                settings.limits().documentsPerSecond(),
                settings.chunkSize(),
                stop,
                reporter);
        this.watch = new Watch(longestSilence, reporter.another());
        watch.add(couch.name(), couch.asking());
        this.grace = new Grace(graceOfBatches, stop, reporter);
        this.deadline = new Deadline(settings.limits().duration(), stop);
    }

    /** Returns a run that writes the rows that should be there. */
    public static Run toMigrate(Settings settings) {
        return new Run(settings, new Migrating(settings), CheckRun.LONGEST_SILENCE, Grace.OF_BATCHES);
    }

    /** Returns a run that compares the rows that should be there with those that are. */
    public static Run toVerify(Settings settings, Depth depth) {
        return new Run(settings, new Verifying(settings, depth), CheckRun.LONGEST_SILENCE, Grace.OF_BATCHES);
    }

    /** Asks it to finish what is in hand, as far as {@link Grace} lets it, save and return. */
    public void stop() {
        stopRequested = true;
        stop.request();
    }

    /** Returns whether this thread is telling the listener. */
    public boolean isTelling() {
        return reporter.isTelling();
    }

    /** Runs until all is done, or nothing more can be. */
    public Result run() {
        Instant began = clock.instant();
        Stages stages = new Stages(settings.migration());
        deadline.begin();
        try (watch;
                couch;
                grace;
                Target target = grace.bounding(Target.of(
                                settings.target(),
                                settings.shards(),
                                settings.tableSources(),
                                settings.workers(),
                                stop,
                                server -> new Patience(server, settings.limits().outage(), stop, reporter, clock))
                        .telling(reporter.another()))) {
            attempt(() -> locked(began, stages, target));
        }
        return ending(began, stages).result();
    }

    private void locked(Instant began, Stages stages, Target target) {
        try (LogDirectory directory = verb.open(began);
                HistoryFile history = HistoryFile.open(directory.history(), clock)) {
            reporter.tell(to -> to.started(directory.run()));
            reporter.keep(history, this::failed);
            history.started(settings.json(verb));
            attempt(() -> checked(stages, target, directory));
            reporter.keepNothing();
            history.add("run ended", ending(began, stages).json());
        } catch (LogDirectoryException | BusyException e) {
            // What else is in the way is worth knowing at the same time; a stop that was asked for would end the look.
            failures.add(e);
            if (!looked) {
                look(target, stage -> false).faults(List.of()).forEach(failures::add);
            }
            stop.request();
        }
    }

    private void checked(Stages stages, Target target, LogDirectory directory) {
        // Of the other stages the offset file knows how many items there were.
        Preflight found = look(target, settings.startOver() ? stage -> true : Earlier.unplanned(directory.offsets()));
        Start start = verb.start(found, directory);
        List<MigrationException> faults = found.faults(start.faults());
        faults.forEach(this::failed);
        if (faults.isEmpty()) {
            start.remarks().forEach(remark -> reporter.tell(to -> to.warned(remark)));
            Preflight now = verb.writes() ? found.creating(target) : found;
            TargetIdentity identity = now.target().identity().orElseThrow();
            target.hold(identity);
            Runnable work = () -> work(now, start, stages, target, directory);
            if (verb.writes()) {
                target.locked(settings.migration().slug(), identity, stop, reporter, this::failed, work);
            } else {
                work.run();
            }
            if (stages.isComplete()) {
                verb.completed(directory);
            }
        }
    }

    /** No other run goes on, and nothing refuses this one any more: only now is what earlier ones left changed. */
    private void work(Preflight now, Start start, Stages stages, Target target, LogDirectory directory) {
        if (settings.startOver()) {
            putAside(directory);
        }
        RejectEvents events = start.rejects().orElseGet(() -> RejectEvents.read(directory.rejects()));
        if (verb.writes()) {
            compact(events);
        }
        try (RejectsFile rejects = RejectsFile.open(events, stages::has, clock)) {
            this.rejects = rejects;
            verb.tidy(directory, rejects.outstanding());
            work(now, start, stages, target, directory, rejects);
        }
    }

    /** A file that is longer than it need be is no reason to end a run. */
    private void compact(RejectEvents events) {
        try {
            events.compactIfWorthIt();
        } catch (LogDirectoryException e) {
            reporter.tell(to -> to.warned("The rejects file stays as long as it is: " + e.getMessage() + "."));
        }
    }

    /** Whatever ends a part of the run is kept for the result; what comes after that part is still done. */
    private void attempt(Runnable part) {
        try {
            part.run();
        } catch (StoppedException e) {
            LOG.info("stopped");
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private Ending ending(Instant began, Stages stages) {
        if (!stages.isComplete()) {
            deadline.failure().ifPresent(failures::add);
        }
        return new Ending(
                verb,
                stages,
                failures,
                stopRequested || stop.isInterrupted(),
                rejects,
                sources.audited(),
                Duration.between(began, clock.instant()));
    }

    private void work(
            Preflight now, Start start, Stages stages, Target target, LogDirectory directory, RejectsFile rejects) {
        OffsetFile file = new OffsetFile(directory);
        try (Checkpoints checkpoints = new Checkpoints(
                settings.migration(),
                settings.source().toString(),
                start.migrated().map(Offsets::saved).orElse(null),
                now.target().identity().orElseThrow(),
                target.main().where(),
                file,
                rejects,
                reporter,
                clock)) {
            work(now, start, stages, target, directory, rejects, checkpoints);
        }
    }

    private void work(
            Preflight now,
            Start start,
            Stages stages,
            Target target,
            LogDirectory directory,
            RejectsFile rejects,
            Checkpoints checkpoints) {
        start.offsets().ifPresent(offsets -> checkpoints.resume(offsets, now.source()::asOfNow));
        Optional<Verification> verification = start.migrated().map(migrated -> {
            LineFile findings = LineFile.fresh(directory.findings());
            checkpoints.logs(findings);
            return new Verification(verb.depth(), migrated, findings, target, rejects, stop, reporter);
        });
        Worksite site = new Worksite(
                sources,
                target,
                verb.writes()
                        ? new RejectLimit(
                                settings.limits().rejects(), settings.limits().rejectedPercent(), rejects)
                        : RejectLimit.none(rejects),
                stop,
                reporter,
                settings.workers(),
                settings.chunkSize(),
                clock);
        ThrottleFile throttle = new ThrottleFile(directory.throttle(), settings.limits(), sources, reporter);
        ThrottleWatch watched = new ThrottleWatch(throttle::look, ThrottleWatch.LONGEST_FIRST_LOOK, this::failed);
        Ticker ticker = new Ticker(checkpoints, stages, reporter, directory, site::isHeldUp, this::failed);
        checkpoints.askForUuid(couch);
        try (watched;
                ticker) {
            stages.run(new StageRuns(site, now, checkpoints, rejects, directory, verification), now);
            ticker.close();
            checkpoints.saveIfChanged();
            List<BusyException> lost = Claims.lost(
                    target.owned(settings.migration()),
                    start.migrated().map(Offsets::stages).orElseGet(checkpoints::stages));
            lost.forEach(this::failed);
            if (lost.isEmpty()) {
                stages.complete(site, verb.writes() && rejects.outstanding() == 0);
            }
        } finally {
            ticker.close();
            attempt(checkpoints::saveIfChanged);
        }
    }

    /** Everything that can be checked of the servers, before the first document is read. */
    private Preflight look(Target target, Predicate<String> counted) {
        Patience patience = source.ofChecks(CheckRun.LONGEST_WAIT, watch);
        Target patient = target.ofChecks(CheckRun.LONGEST_WAIT, watch);
        Preflight now = Preflight.at(settings.migration(), counted, couch, patience, patient, stop, this::stop);
        looked = true;
        now.tellRemarks(reporter);
        return verb.writes() ? now.toWrite(settings) : now.toCompare(settings);
    }

    private void putAside(LogDirectory directory) {
        for (Path file : verb.memory(directory)) {
            directory.setAside(file).ifPresent(aside -> reporter.tell(to -> to.setAside(aside)));
        }
    }

    private void failed(Throwable e) {
        failures.add(e);
        stop.request();
    }
}
