// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonObject;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.Tallies;
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
        long outstanding = 0;
        try (couch;
                Sessions sessions = new Sessions(settings.target(), settings.workers());
                LogDirectory directory = LogDirectory.open(
                        settings.logDirectory(), settings.migration().slug(), began);
                HistoryFile history = new HistoryFile(directory.history(), clock)) {
            reporter.tell(to -> to.started(directory.run()));
            reporter.keep(history);
            history.started(settings.json());
            if (settings.startOver()) {
                putAside(directory);
            }
            try (RejectsFile rejects = RejectsFile.open(directory.rejects(), clock)) {
                work(stages, sessions, directory, rejects);
                outstanding = rejects.outstanding();
            } finally {
                ended(history, stages.tallies());
            }
        } catch (MigrationException e) {
            failures.add(e);
        } catch (StoppedException e) {
            LOG.info("stopped");
        }
        RuntimeException bug = unexpected;
        if (bug != null) {
            throw bug;
        }
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
        Optional<Offsets> saved = look(preflight, sessions, directory.offsets(), directory.rejects());
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
        saved.ifPresent(checkpoints::resume);
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

    /** Everything that can be checked, before the first document is read. */
    private Optional<Offsets> look(Preflight preflight, Sessions sessions, Path offsets, Path rejects) {
        Patience brief = source.atMost(LONGEST_WAIT_OF_CHECKS);
        preflight.source(couch, brief);
        try {
            sessions.open(target.atMost(LONGEST_WAIT_OF_CHECKS));
            preflight.target(sessions.own(), target.atMost(LONGEST_WAIT_OF_CHECKS));
        } catch (MigrationException e) {
            preflight.fault(e);
        }
        return Checks.offsets(settings.migration(), offsets, rejects, preflight);
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

    private void ended(HistoryFile history, Tallies tallies) {
        JsonObject details = new JsonObject();
        details.addProperty("read", tallies.read());
        details.addProperty("written", tallies.written());
        details.addProperty("rejected", tallies.rejected());
        try {
            history.add("run ended", details);
        } catch (LogDirectoryException e) {
            failed(e);
        }
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
