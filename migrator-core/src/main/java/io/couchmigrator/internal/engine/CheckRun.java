// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.CheckReport;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Checks all that a run checks, and writes nothing. Used once. */
public final class CheckRun {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final Settings settings;

    public CheckRun(Settings settings) {
        this.settings = settings;
    }

    /** Checks. */
    public CheckReport check() {
        Duration wait = settings.maxOutage().compareTo(LONGEST_WAIT) < 0 ? settings.maxOutage() : LONGEST_WAIT;
        StopSignal stop = new StopSignal();
        Reporter reporter = new Reporter(settings.listener());
        Preflight preflight = new Preflight(settings.migration());
        Path directory = settings.logDirectory();
        String slug = settings.migration().slug();
        try {
            LogDirectory.probe(directory, slug);
        } catch (LogDirectoryException e) {
            preflight.fault(e);
        }
        try (CouchClient couch = new CouchClient(settings.source());
                Target target = Target.of(
                        settings.target(),
                        settings.shards(),
                        settings.workers(),
                        stop,
                        server -> new Patience(server, wait, stop, reporter, Clock.systemUTC()))) {
            Patience source = new Patience(couch.name(), wait, stop, reporter, Clock.systemUTC());
            preflight.servers(couch, source, target, () -> {
                stop.request();
                couch.cancel();
            });
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
}
