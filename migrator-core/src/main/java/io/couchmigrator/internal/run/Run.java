// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.BusyException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Result;
import io.couchmigrator.internal.batch.RejectLimit;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.HistoryFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.ranges.AuditTally;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.retry.Watch;
import io.couchmigrator.internal.source.ByteBudget;
import io.couchmigrator.internal.source.Throttle;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetLock;
import io.couchmigrator.internal.verify.Verification;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a migration, or one verification of it, from the lock to the result. Used once. */
public final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    private final Settings settings;
    private final Verb verb;
    private final Clock clock = Clock.systemUTC();
    private final StopSignal stop = new StopSignal();
    private final Reporter reporter;
    private final CouchClient couch;
    private final Patience source;
    private final Watch watch;
    private final Failures failures = new Failures();
    private final AuditTally audit = new AuditTally();
    private volatile boolean stopRequested;
    private volatile @Nullable RejectsFile rejects;

    Run(Settings settings, Verb verb, Duration longestSilence) {
        this.settings = settings;
        this.verb = verb;
        this.reporter = new Reporter(settings.listener());
        this.couch = new CouchClient(settings.source());
        this.source = new Patience(couch.name(), settings.maxOutage(), stop, reporter, clock);
        this.watch = new Watch(longestSilence, reporter);
    }

    /** Returns a run that writes the rows that should be there. */
    public static Run toMigrate(Settings settings) {
        return new Run(settings, new Migrating(settings), CheckRun.LONGEST_SILENCE);
    }

    /** Returns a run that compares the rows that should be there with those that are. */
    public static Run toVerify(Settings settings) {
        return new Run(settings, new Verifying(settings), CheckRun.LONGEST_SILENCE);
    }

    /** Asks it to finish what is in hand, save and return. */
    public void stop() {
        stopRequested = true;
        halt();
    }

    /** Runs until all is done, or nothing more can be. */
    public Result run() {
        Instant began = clock.instant();
        Stages stages = new Stages(settings.migration());
        try (watch;
                couch;
                Target target = Target.of(
                        settings.target(),
                        settings.shards(),
                        settings.tableSources(),
                        settings.workers(),
                        stop,
                        server -> new Patience(server, settings.maxOutage(), stop, reporter, clock))) {
            attempt(() -> locked(began, stages, target));
        }
        return ending(began, stages).result();
    }

    private void locked(Instant began, Stages stages, Target target) {
        Preflight preflight = new Preflight(settings.migration());
        try (LogDirectory directory = verb.open(began);
                HistoryFile history = new HistoryFile(directory.history(), clock)) {
            reporter.tell(to -> to.started(directory.run()));
            reporter.keep(history);
            history.started(settings.json(verb));
            attempt(() -> checked(preflight, stages, target, directory));
            history.add("run ended", ending(began, stages).json());
        } catch (LogDirectoryException | BusyException e) {
            // What else would be in the way is worth knowing at the same time.
            if (!preflight.isDone()) {
                look(preflight, target);
            }
            failed(e);
            preflight.faults().forEach(this::failed);
        }
    }

    private void checked(Preflight preflight, Stages stages, Target target, LogDirectory directory) {
        look(preflight, target);
        if (settings.startOver() && preflight.faults().isEmpty()) {
            putAside(directory);
        }
        Optional<Offsets> saved = settings.startOver() ? Optional.empty() : saved(preflight, directory);
        Optional<Verification> verification = verb.check(saved, preflight, sources(preflight), directory);
        preflight.faults().forEach(this::failed);
        if (preflight.faults().isEmpty()) {
            target.hold(preflight.target().orElseThrow());
            try (TargetLock lock = lock(preflight, target);
                    RejectsFile rejects = RejectsFile.open(directory.rejects(), clock)) {
                this.rejects = rejects;
                if (verb.writes()) {
                    lock.take();
                    target.ask(lock::pass);
                }
                Optional<Offsets> holding = saved.filter(offsets -> verb.holds(offsets, verification, preflight));
                if (saved.isPresent() && holding.isEmpty()) {
                    reporter.tell(
                            to -> to.warned(
                                    "All is verified from the start: a run went on, or PostgreSQL failed over, since the last verification was stopped."));
                }
                work(preflight, holding, verification, stages, target, directory, rejects);
            }
            if (stages.isComplete()) {
                verb.completed(directory);
            }
        }
    }

    private TargetLock lock(Preflight preflight, Target target) {
        return new TargetLock(
                settings.target(),
                settings.migration().slug(),
                preflight.target().orElseThrow(),
                TargetLock.LONGEST_WAIT,
                target.main().patience(),
                stop,
                reporter,
                this::failed);
    }

    private SavedSources sources(Preflight preflight) {
        return new SavedSources(settings.migration(), preflight, couch, patienceOfChecks(), stop);
    }

    private Optional<Offsets> saved(Preflight preflight, LogDirectory directory) {
        SavedSources sources = sources(preflight);
        Optional<Offsets> saved = Checks.offsets(
                settings.migration(),
                directory.offsets(),
                directory.rejects(),
                preflight,
                sources,
                settings.acceptNewSource());
        sources.tellAccepted(reporter);
        return saved;
    }

    /** Whatever ends a part of the run is kept for the result; what comes after that part is still done. */
    private void attempt(Runnable part) {
        try {
            part.run();
        } catch (StoppedException e) {
            LOG.info("stopped");
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private Ending ending(Instant began, Stages stages) {
        RejectsFile known = rejects;
        return new Ending(
                verb,
                stages,
                failures,
                stopRequested || stop.isInterrupted(),
                known == null ? 0 : known.outstanding(),
                known == null ? 0 : known.outstandingAgain(),
                audit.sum(),
                Duration.between(began, clock.instant()));
    }

    private void work(
            Preflight preflight,
            Optional<Offsets> saved,
            Optional<Verification> verification,
            Stages stages,
            Target target,
            LogDirectory directory,
            RejectsFile rejects) {
        OffsetFile file = new OffsetFile(directory);
        Checkpoints checkpoints = new Checkpoints(
                settings.migration(),
                settings.source().toString(),
                verification.map(with -> with.offsets().saved()).orElse(null),
                preflight.target().orElseThrow(),
                file,
                rejects,
                clock);
        saved.ifPresent(offsets -> checkpoints.resume(offsets, preflight.databases()));
        verification.ifPresent(with -> checkpoints.logs(with.findings()));
        Worksite site = new Worksite(
                couch,
                source,
                target,
                ByteBudget.ofHeap(settings.workers(), stop),
                new Throttle(settings.maxDocumentsPerSecond(), settings.workers(), stop, System::nanoTime),
                verb.writes()
                        ? new RejectLimit(settings.maxRejects(), settings.maxRejectedPercent(), rejects)
                        : RejectLimit.none(rejects),
                audit,
                stop,
                reporter,
                settings.workers(),
                settings.chunkSize(),
                clock);
        Ticker ticker = new Ticker(checkpoints, stages, reporter, this::failed);
        checkpoints.askForUuid(couch);
        try (ticker) {
            stages.run(new StageRuns(site, checkpoints, rejects, directory, verification), preflight);
            ticker.close();
            checkpoints.saveIfChanged();
            stages.complete(site, verb.writes() && rejects.outstanding() == 0);
        } finally {
            ticker.close();
            save(checkpoints);
            checkpoints.close();
        }
    }

    /** Everything that can be checked of the servers, before the first document is read. */
    private void look(Preflight preflight, Target target) {
        preflight.servers(couch, patienceOfChecks(), target.ofChecks(CheckRun.LONGEST_WAIT, watch), this::stop);
        preflight.tellRemarks(reporter);
    }

    private Patience patienceOfChecks() {
        return source.ofChecks(CheckRun.LONGEST_WAIT, watch);
    }

    private void putAside(LogDirectory directory) {
        for (Path file : verb.memory(directory)) {
            directory.setAside(file).ifPresent(aside -> reporter.tell(to -> to.setAside(aside)));
        }
    }

    private void save(Checkpoints checkpoints) {
        try {
            checkpoints.saveIfChanged();
        } catch (LogDirectoryException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException e) {
        failures.add(e);
        halt();
    }

    private void halt() {
        stop.request();
        couch.cancel();
    }
}
