// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonObject;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.files.HistoryFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a migration, from the lock to the result. Used once. */
public final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    /** Long enough for a hiccup, short enough for an operator who mistyped an address. */
    private static final Duration LONGEST_WAIT_OF_CHECKS = Duration.ofSeconds(10);

    private final Settings settings;
    private final Clock clock = Clock.systemUTC();
    private final StopSignal stop = new StopSignal();
    private final Reporter reporter;
    private final CouchClient couch;
    private final Patience source;
    private final Patience target;
    private final List<MigrationException> failures = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopRequested;
    private volatile @Nullable RuntimeException unexpected;

    public Run(Settings settings) {
        this.settings = settings;
        this.reporter = new Reporter(settings.listener());
        this.couch = new CouchClient(settings.source());
        this.source = new Patience(couch.name(), settings.maxOutage(), stop, reporter, clock);
        this.target = new Patience("PostgreSQL", settings.maxOutage(), stop, reporter, clock);
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
        try (couch;
                Sessions sessions = new Sessions(settings.target(), settings.workers());
                LogDirectory directory = LogDirectory.open(
                        settings.logDirectory(), settings.migration().slug(), began)) {
            return run(began, stages, sessions, directory);
        } catch (LogDirectoryException e) {
            return refused(began, stages, e);
        }
    }

    private Result run(Instant began, Stages stages, Sessions sessions, LogDirectory directory) {
        long outstanding = 0;
        try (HistoryFile history = new HistoryFile(directory.history(), clock)) {
            reporter.tell(to -> to.started(directory.run()));
            reporter.keep(history);
            history.started(settings.json());
            if (settings.startOver()) {
                putAside(directory);
            }
            try (RejectsFile rejects = RejectsFile.open(directory.rejects(), clock)) {
                work(stages, sessions, directory, rejects);
                outstanding = rejects.outstanding();
            } catch (MigrationException e) {
                failed(e);
            } catch (StoppedException e) {
                LOG.info("stopped");
            }
            Result result = result(began, stages, outstanding);
            history.add("run ended", json(result));
        } catch (LogDirectoryException e) {
            failed(e);
        }
        RuntimeException bug = unexpected;
        if (bug != null) {
            throw bug;
        }
        return result(began, stages, outstanding);
    }

    /** The log directory cannot be had; what else would be in the way is worth knowing at the same time. */
    private Result refused(Instant began, Stages stages, LogDirectoryException e) {
        Preflight preflight = new Preflight(settings.migration());
        try (CouchClient probe = new CouchClient(settings.source());
                Sessions sessions = new Sessions(settings.target(), settings.workers())) {
            look(preflight, probe, sessions);
        }
        failures.add(e);
        failures.addAll(preflight.faults());
        return result(began, stages, 0);
    }

    private Result result(Instant began, Stages stages, long outstanding) {
        return new Result(
                outcome(stages, outstanding),
                stages.tallies(),
                stages.done(),
                stages.total(),
                outstanding,
                inOrder(failures),
                Duration.between(began, clock.instant()));
    }

    private void work(Stages stages, Sessions sessions, LogDirectory directory, RejectsFile rejects) {
        OffsetFile file = new OffsetFile(directory);
        Preflight preflight = new Preflight(settings.migration());
        look(preflight, couch, sessions);
        Optional<Offsets> saved =
                Checks.offsets(settings.migration(), directory.offsets(), directory.rejects(), preflight);
        if (!preflight.faults().isEmpty()) {
            failures.addAll(preflight.faults());
            return;
        }
        Checkpoints checkpoints = new Checkpoints(
                settings.migration(),
                settings.source().toString(),
                preflight.target().orElseThrow(),
                file,
                rejects,
                clock);
        saved.ifPresent(offsets -> checkpoints.resume(offsets, preflight.databases()));
        Worksite site = new Worksite(
                couch,
                source,
                target,
                sessions,
                ByteBudget.ofHeap(settings.workers(), stop),
                stop,
                reporter,
                settings.workers(),
                settings.chunkSize(),
                clock);
        Ticker ticker = new Ticker(checkpoints, stages, reporter, this::failed);
        askForUuid(checkpoints);
        try (ticker) {
            stages.run(new StageRuns(site, checkpoints, rejects, directory), preflight);
            ticker.close();
            checkpoints.saveIfChanged();
            if (rejects.outstanding() == 0) {
                stages.recordCompletion(site);
            }
        } finally {
            ticker.close();
            save(checkpoints);
        }
    }

    /** Everything that can be checked of the servers, before the first document is read. */
    private void look(Preflight preflight, CouchClient client, Sessions sessions) {
        preflight.source(client, source.atMost(LONGEST_WAIT_OF_CHECKS));
        Patience brief = target.atMost(LONGEST_WAIT_OF_CHECKS);
        try {
            sessions.open(brief);
            preflight.target(sessions.own(), brief);
        } catch (MigrationException e) {
            preflight.fault(e);
        }
    }

    private void putAside(LogDirectory directory) {
        for (Path file : List.of(directory.offsets(), directory.rejects())) {
            directory.setAside(file).ifPresent(aside -> reporter.tell(to -> to.setAside(aside)));
        }
    }

    /** {@code GET /} may take seconds, so nothing waits for it. */
    private void askForUuid(Checkpoints checkpoints) {
        Thread asking = new Thread(
                () -> {
                    try {
                        couch.uuid().ifPresent(checkpoints::uuid);
                    } catch (PassingException | MigrationException e) {
                        LOG.info("the CouchDB server did not tell its uuid: {}", e.getMessage());
                    }
                },
                "migrator-uuid");
        asking.setDaemon(true);
        asking.start();
    }

    private void save(Checkpoints checkpoints) {
        try {
            checkpoints.saveIfChanged();
        } catch (LogDirectoryException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException e) {
        if (!(e instanceof MigrationException failure)) {
            unexpected = e;
        } else if (failures.stream()
                .noneMatch(known -> String.valueOf(known.getMessage()).equals(e.getMessage()))) {
            failures.add(failure);
        }
        halt();
    }

    private void halt() {
        stop.request();
        couch.cancel();
    }

    private static JsonObject json(Result result) {
        JsonObject details = new JsonObject();
        details.addProperty("outcome", result.outcome().name());
        details.addProperty("exit", result.outcome().exitStatus());
        details.addProperty("read", result.tallies().read());
        details.addProperty("written", result.tallies().written());
        details.addProperty("already_there", result.tallies().alreadyThere());
        details.addProperty("rejected", result.tallies().rejected());
        details.addProperty("outstanding_rejects", result.outstanding());
        return details;
    }

    private Outcome outcome(Stages stages, long outstanding) {
        if (stopRequested && !stages.isComplete()) {
            return Outcome.STOPPED;
        }
        if (!failures.isEmpty()) {
            return inOrder(failures).get(0).outcome();
        }
        return outstanding > 0 ? Outcome.REJECTS_OUTSTANDING : Outcome.COMPLETE;
    }

    private static List<MigrationException> inOrder(List<MigrationException> failures) {
        return failures.stream()
                .sorted(Comparator.comparing(MigrationException::outcome))
                .toList();
    }
}
