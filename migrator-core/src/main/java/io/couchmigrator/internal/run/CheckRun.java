// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.BusyException;
import io.couchmigrator.CheckReport;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.Probe;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.retry.Watch;
import io.couchmigrator.internal.run.Verb.Start;
import io.couchmigrator.internal.target.Target;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

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
        try {
            Probe.of(settings.logDirectory(), settings.migration().slug());
        } catch (LogDirectoryException | BusyException e) {
            faults.add(e);
        }
        try (Watch watch = new Watch(longestSilence, reporter);
                Grace grace = new Grace(Duration.ZERO, stop, reporter);
                Target target = grace.over(Target.of(
                                settings.target(),
                                settings.shards(),
                                settings.tableSources(),
                                settings.workers(),
                                stop,
                                server -> patience(server, reporter, watch))
                        .telling(reporter))) {
            Patience source = patience(couch.name(), reporter, watch);
            Preflight now = Preflight.at(settings.migration(), stage -> true, couch, source, target, stop, this::stop)
                    .toWrite(settings);
            now.tellRemarks(reporter);
            now.tellCreations(reporter);
            Start start = new Migrating(settings).start(now);
            start.remarks().forEach(remark -> reporter.tell(to -> to.warned(remark)));
            faults.addAll(start.faults());
            return new CheckReport(now.stages(), now.faults(faults));
        }
    }

    private Patience patience(String server, Reporter reporter, Watch watch) {
        return new Patience(server, settings.limits().outage(), stop, reporter, Clock.systemUTC())
                .ofChecks(LONGEST_WAIT, watch);
    }
}
