// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.BusyException;
import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.SourceCheck;
import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.SourceException;
import io.couchmigrator.Stage;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.Probe;
import io.couchmigrator.internal.files.ThrottleNote;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.retry.Watch;
import io.couchmigrator.internal.run.Verb.Start;
import io.couchmigrator.internal.source.Sources;
import io.couchmigrator.internal.target.Target;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Checks all that a run checks, and writes nothing. Used once. */
public final class CheckRun {
    /** Long enough for a hiccup, short enough for an operator who mistyped an address. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** How long a server may be silent before that is told. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

    private final Settings settings;
    private final Duration longestSilence;
    private final CouchClient couch;
    private final StopSignal stop;

    public CheckRun(Settings settings) {
        this(settings, LONGEST_SILENCE);
    }

    CheckRun(Settings settings, Duration longestSilence) {
        this.settings = settings;
        this.longestSilence = longestSilence;
        this.couch = new CouchClient(settings.source());
        this.stop = new StopSignal(couch::cancel);
    }

    /** Gives it up: there is nothing to keep. */
    public void stop() {
        stop.request();
    }

    /**
     * Checks.
     *
     * @throws CancellationException if it was given up before all was looked at
     */
    public CheckReport check() {
        try (couch) {
            return report();
        } catch (StoppedException e) {
            throw new CancellationException("the check of \"%s\" was given up before it had looked at all"
                    .formatted(settings.migration().slug()));
        }
    }

    private CheckReport report() {
        Reporter reporter = new Reporter(settings.listener());
        List<MigrationException> faults = new ArrayList<>();
        boolean held = false;
        try {
            Probe.of(settings.logDirectory(), settings.migration().slug());
        } catch (LogDirectoryException | BusyException e) {
            held = e instanceof BusyException;
            faults.add(e);
        }
        try (Watch watch = new Watch(longestSilence, reporter.another());
                Grace grace = new Grace(Duration.ZERO, stop, reporter);
                Target target = grace.bounding(Target.of(
                                settings.target(),
                                settings.shards(),
                                settings.tableSources(),
                                settings.workers(),
                                stop,
                                server -> patience(server, reporter, watch))
                        .telling(reporter.another()))) {
            watch.add(couch.name(), couch.asking());
            Patience source = patience(couch.name(), reporter, watch);
            Preflight now = Preflight.at(settings.migration(), stage -> true, couch, source, target, stop, this::stop)
                    .toWrite(settings);
            now.tellRemarks(reporter);
            Start start = new Migrating(settings).start(now);
            start.remarks().forEach(remark -> reporter.tell(to -> to.warned(remark)));
            List<String> told = faults.stream().map(CheckRun::message).toList();
            start.faults().stream()
                    .filter(fault -> !told.contains(message(fault)))
                    .forEach(faults::add);
            throttled().ifPresent(remark -> reporter.tell(to -> to.warned(remark)));
            if (!held) {
                now.target()
                        .identity()
                        .flatMap(identity -> elsewhere(target, identity, reporter))
                        .ifPresent(faults::add);
            }
            return new CheckReport(
                    new SourceCheck(couch.name(), version(now), isOverTls()),
                    target.described(settings.migration()),
                    now.stages(readings(now, source, faults)),
                    Probe.freeBytes(settings.logDirectory()),
                    now.faults(faults),
                    now.target().faultsOfComparing());
        }
    }

    /** Returns how documents of stages would be read: nothing of them is asked where no run would come to them. */
    private Map<String, Chosen> readings(Preflight now, Patience patience, List<MigrationException> faults) {
        Map<String, Chosen> readings = new HashMap<>();
        if (now.faults(faults).isEmpty()) {
            Sources sources = new Sources(
                    couch,
                    settings.source().reading(),
                    patience,
                    settings.workers(),
                    settings.limits().documentsPerSecond(),
                    settings.chunkSize(),
                    stop,
                    new Reporter(new Listener() {}));
            for (Stage<?, ?> stage : settings.migration().stages()) {
                if (stage instanceof DocumentStage<?> documents
                        && now.skipped(stage.name()).isEmpty()) {
                    try {
                        sources.reading(documents, now.source(), settings.logDirectory())
                                .ifPresent(chosen -> readings.put(stage.name(), chosen));
                    } catch (SourceException e) {
                        faults.add(e);
                    }
                }
            }
        }
        return readings;
    }

    private static String message(MigrationException fault) {
        return String.valueOf(fault.getMessage());
    }

    /** Returns what an operator who has forgotten the throttle file would wonder about, a sentence; empty if there is nothing. */
    private Optional<String> throttled() {
        Path file = LogDirectory.throttle(
                settings.logDirectory(), settings.migration().slug());
        ThrottleNote note = ThrottleNote.read(file);
        return note.pauses()
                ? Optional.of(
                        "Throttle file \"%s\" says pause: a run reads nothing until the file is deleted, or says how many documents a second."
                                .formatted(file))
                : note.fault().map(fault -> "Throttle file \"%s\" %s.".formatted(file, fault));
    }

    /** Returns that a run goes on with another log directory, or on another host. A run does without the lock where it is not told of it. */
    private Optional<? extends MigrationException> elsewhere(
            Target target, TargetIdentity identity, Reporter reporter) {
        try {
            return target.busy(settings.migration().slug(), identity);
        } catch (TargetException e) {
            if (SqlFault.causing(e).map(SqlFault::isPassing).orElse(true)) {
                return Optional.of(e);
            }
            reporter.tell(to -> to.warned(
                    "Whether another run of this migration goes on is unknown: %s. Make sure that none does, on this host or another, before you run it."
                            .formatted(e.getMessage())));
            return Optional.empty();
        }
    }

    private boolean isOverTls() {
        return "https".equalsIgnoreCase(settings.source().url().getScheme());
    }

    /** What is only good to know is not waited for: the welcome of a healthy server may take seconds. */
    private Optional<String> version(Preflight now) {
        return now.source().faults().isEmpty()
                ? CompletableFuture.supplyAsync(this::version, CheckRun::inThreadOfItsOwn)
                        .completeOnTimeout(Optional.empty(), LONGEST_SILENCE.toSeconds(), TimeUnit.SECONDS)
                        .join()
                : Optional.empty();
    }

    private Optional<String> version() {
        try {
            return couch.version();
        } catch (PassingException | SourceException e) {
            return Optional.empty();
        }
    }

    private static void inThreadOfItsOwn(Runnable work) {
        Thread thread = new Thread(work, "migrator-welcome");
        thread.setDaemon(true);
        thread.start();
    }

    private Patience patience(String server, Reporter reporter, Watch watch) {
        return new Patience(server, settings.limits().outage(), stop, reporter, Clock.systemUTC())
                .ofChecks(LONGEST_WAIT, watch);
    }
}
