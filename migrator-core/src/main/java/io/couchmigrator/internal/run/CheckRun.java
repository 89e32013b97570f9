// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.BusyException;
import io.couchmigrator.CheckReport;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.retry.Watch;
import io.couchmigrator.internal.target.Target;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/** Checks all that a run checks, and writes nothing. Used once. */
public final class CheckRun {
    /** Long enough for a hiccup, short enough for an operator who mistyped an address. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** How long a server may be silent before that is told. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

    private final Settings settings;
    private final Duration longestSilence;
    private final StopSignal stop = new StopSignal();
    private final CouchClient couch;

    public CheckRun(Settings settings) {
        this(settings, LONGEST_SILENCE);
    }

    CheckRun(Settings settings, Duration longestSilence) {
        this.settings = settings;
        this.longestSilence = longestSilence;
        this.couch = new CouchClient(settings.source());
    }

    /** Gives it up. */
    public void stop() {
        stop.request();
        couch.cancel();
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
        Preflight preflight = new Preflight(settings.migration());
        Path directory = settings.logDirectory();
        String slug = settings.migration().slug();
        try {
            LogDirectory.probe(directory, slug);
        } catch (LogDirectoryException | BusyException e) {
            preflight.fault(e);
        }
        try (Watch watch = new Watch(longestSilence, reporter);
                Target target = Target.of(
                        settings.target(),
                        settings.shards(),
                        settings.tableSources(),
                        settings.workers(),
                        stop,
                        server -> patience(server, reporter, watch))) {
            Patience source = patience(couch.name(), reporter, watch);
            preflight.servers(couch, source, target, this::stop);
            preflight.tellRemarks(reporter);
            // Starting over puts these files aside, whatever is in them.
            if (!settings.startOver()) {
                Checks.offsets(
                                settings.migration(),
                                LogDirectory.offsets(directory, slug),
                                LogDirectory.rejects(directory, slug),
                                preflight,
                                new SavedSources(settings.migration(), preflight, couch, source, stop),
                                settings.acceptNewSource())
                        .ifPresent(saved -> {
                            Checks.rejects(saved, LogDirectory.rejects(directory, slug), preflight);
                            if (!settings.acceptFailover()) {
                                Checks.failover(saved, preflight);
                            }
                        });
            }
        }
        return new CheckReport(preflight.stages(), preflight.faults());
    }

    private Patience patience(String server, Reporter reporter, Watch watch) {
        return new Patience(server, settings.maxOutage(), stop, reporter, Clock.systemUTC())
                .ofChecks(LONGEST_WAIT, watch);
    }
}
