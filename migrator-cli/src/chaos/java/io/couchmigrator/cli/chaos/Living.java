// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.cli.Operator;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.faults.ScriptedFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One life of the program: starts it, perhaps twice, lets happen what is to happen, and kills it. */
final class Living {
    /** What a run may end with by itself while servers fail: nothing else is anybody's fault but its own. */
    private static final Set<Integer> STATUSES = Set.of(0, 3, 4, 5);

    private static final int BUSY = 9;

    /** Counted from the first request, since a machine may have much to do beside. */
    private static final Moment LONGEST = new Moment(1, 8_000);

    private static final int MOST_MILLIS = 60_000;
    private static final int LOOK_EACH_MILLIS = 3;
    private static final int OUTAGE_MILLIS = 300;
    private static final int ATTEMPTS_TO_START = 30;

    private final Life life;
    private final int edits;
    private final CouchDouble couch;
    private final Installation installation;
    private final Ledger ledger;
    private final Tally tally;
    private final List<Life.Event> toCome;
    private final List<Long> requestsAt = new ArrayList<>();

    Living(Life life, int edits, CouchDouble couch, Installation installation, Ledger ledger, Tally tally) {
        this.life = life;
        this.edits = edits;
        this.couch = couch;
        this.installation = installation;
        this.ledger = ledger;
        this.tally = tally;
        this.toCome = new ArrayList<>(life.events());
    }

    /**
     * Lives it.
     *
     * @param consoles gives a file at each call
     * @return the statuses with which runs ended by themselves, which were hence not killed
     */
    List<Integer> live(List<Operator> operators, Supplier<Path> consoles, Random random)
            throws Violation, IOException, SQLException, InterruptedException {
        Map<FaultKind, List<ScriptedFault>> scripted = new EnumMap<>(FaultKind.class);
        couch.forgetRequests();
        for (FaultKind kind : life.faults()) {
            scripted.computeIfAbsent(kind, one -> new ArrayList<>()).add(couch.script(kind.rule(ledger, random)));
        }
        Map<Path, Process> running = new LinkedHashMap<>();
        List<Integer> ended = new ArrayList<>();
        try {
            for (int runner : life.runners()) {
                Path console = consoles.get();
                running.put(console, start(operators.get(runner), console));
            }
            awaitTheEnd(running.values(), random);
            for (Process process : running.values()) {
                if (process.isAlive()) {
                    tally.kill();
                } else {
                    ended.add(requireStatus(process.exitValue()));
                    tally.ending(process.exitValue());
                }
            }
        } finally {
            for (Process process : running.values()) {
                Teller.kill(process);
            }
            couch.heal();
        }
        scripted.forEach((kind, faults) -> tally.fault(
                kind.toString(), faults.stream().mapToInt(ScriptedFault::hits).sum()));
        for (Path console : running.keySet()) {
            Teller.requireNoStackTrace(console);
        }
        if (Collections.frequency(ended, BUSY) > 1) {
            throw new Violation("all runs ended with status %d, as if there were another one".formatted(BUSY));
        }
        return ended;
    }

    private Process start(Operator operator, Path console) throws IOException {
        List<String> options = new ArrayList<>(List.of(
                "--num-workers=" + life.workers(),
                "--chunk-size=" + life.chunkSize(),
                "--read-timeout=1s",
                "--connect-timeout=2s",
                "--max-outage=20s"));
        life.reading()
                .ifPresent(reading -> options.add("--read=" + reading.name().toLowerCase(Locale.ROOT)));
        return operator.starts(console, options.toArray(String[]::new));
    }

    /** Returns when all have ended, or are to be killed. */
    private void awaitTheEnd(Collection<Process> running, Random random)
            throws IOException, SQLException, InterruptedException {
        long start = System.nanoTime();
        while (running.stream().anyMatch(Process::isAlive)) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EACH_MILLIS);
            long now = millisSince(start);
            int requests = couch.requests().size();
            while (requestsAt.size() <= requests) {
                requestsAt.add(now);
            }
            if (isDue(life.kill(), now) || isDue(LONGEST, now) || now > MOST_MILLIS) {
                return;
            }
            for (Life.Event event : List.copyOf(toCome)) {
                if (isDue(event.moment(), now)) {
                    toCome.remove(event);
                    happen(event.kind(), random);
                }
            }
        }
    }

    private int requireStatus(int status) throws Violation {
        if (!STATUSES.contains(status) && !(status == BUSY && life.runners().size() > 1)) {
            throw new Violation(
                    "a run ended with status %d while servers failed, expected one of %s".formatted(status, STATUSES));
        }
        return status;
    }

    private boolean isDue(Moment moment, long now) {
        return moment.requests() < requestsAt.size() && now >= requestsAt.get(moment.requests()) + moment.millis();
    }

    private void happen(Life.Event.Kind kind, Random random) throws IOException, SQLException, InterruptedException {
        switch (kind) {
            case TERMINATE ->
                tally.fault(
                        "backends terminated",
                        installation
                                        .anyDatabase(random)
                                        .query("select pg_terminate_backend(pid) from pg_stat_activity"
                                                + " where datname = current_database() and pid <> pg_backend_pid()")
                                        .isEmpty()
                                ? 0
                                : 1);
            case RESTART_COUCHDB -> {
                couch.stop();
                TimeUnit.MILLISECONDS.sleep(OUTAGE_MILLIS);
                patiently(couch::restart);
                tally.fault("CouchDB restarted", 1);
            }
            case RESTART_POSTGRES -> {
                patiently(installation.anyServer(random)::restart);
                tally.fault("PostgreSQL restarted", 1);
            }
            case ADD -> ledger.add();
            case EDIT -> {
                for (int i = 0; i < edits; i++) {
                    ledger.edit();
                }
            }
            case DELETE -> ledger.delete();
            case SPOIL -> ledger.spoil();
            case MEND -> ledger.mend();
            case PURGE -> ledger.purge();
            case RECREATE -> ledger.recreate();
        }
        if (kind.compareTo(Life.Event.Kind.ADD) >= 0) {
            tally.change(kind.name().toLowerCase(Locale.ROOT), kind == Life.Event.Kind.EDIT ? edits : 1);
        }
    }

    private interface Start {
        void again() throws IOException;
    }

    /** A connection of some other program may begin at the very port, and go away soon. */
    private static void patiently(Start start) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                start.again();
                return;
            } catch (IOException | UncheckedIOException e) {
                if (attempt == ATTEMPTS_TO_START) {
                    throw new AbandonedException("a server does not start again: " + e.getMessage(), e);
                }
                TimeUnit.MILLISECONDS.sleep(OUTAGE_MILLIS);
            }
        }
    }

    private static long millisSince(long nanoTime) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime);
    }
}
