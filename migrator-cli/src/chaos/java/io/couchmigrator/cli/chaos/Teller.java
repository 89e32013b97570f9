// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.cli.Operator;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Tells one story: lets a program live and die in it, then run to its end in peace, and looks at what came of it. */
final class Teller {
    private static final int ATTEMPTS_IN_PEACE = 3;
    private static final int MINUTES_IN_PEACE = 5;
    private static final int LONGEST_VERIFICATION_MILLIS = 3_000;
    private static final int CHANGES_OF_EACH_KIND = 5;

    private final Story story;
    private final List<PostgresServer> servers;
    private final Path directory;
    private final Tally tally = new Tally();
    private int consoles;

    Teller(Story story, List<PostgresServer> servers, Path directory) {
        this.story = story;
        this.servers = servers;
        this.directory = directory;
    }

    Tally tally() {
        return tally;
    }

    /**
     * Tells it.
     *
     * @return the digest of the rows
     * @throws Violation if a promise was broken
     */
    String tell() throws Violation, IOException, SQLException, InterruptedException {
        SampleDocuments sample = SampleDocuments.of("commcarehq", story.seed(), story.documents(), story.bytes());
        SampleDocuments reserve = SampleDocuments.of("commcarehq", ~story.seed(), 300, story.bytes());
        try (CouchDouble couch = CouchDouble.builder().seed(story.seed()).start();
                Installation installation = new Installation(story, servers, sample)) {
            sample.loadInto(couch);
            Random random = Story.random(story.seed());
            Ledger ledger = new Ledger(story.program(), couch, sample, reserve, random);
            for (int i = 0; i < story.bad(); i++) {
                ledger.spoil();
            }
            for (int i = 0; i < story.unreadable(); i++) {
                ledger.hide();
            }
            Path logs = directory.resolve("logs");
            Operator operator = operator(couch, installation, logs);
            List<Operator> operators =
                    List.of(operator, operator(couch, installation, directory.resolve("other-logs")));
            Findings findings = new Findings(story.program(), ledger, installation, logs);
            Meddler meddler = new Meddler(installation, ledger, tally);
            for (Life life : story.lives()) {
                Set<String> kept = findings.keptKeys();
                List<Integer> ended = new Living(life, story.edits(), couch, installation, ledger, tally)
                        .live(operators, () -> next("life"), random);
                findings.requireKept(kept);
                if (story.ordeal().meddling()) {
                    meddler.meddle(random);
                } else if (story.hiding()
                        && life.runners().equals(Life.ALONE)
                        && (ended.contains(0) || ended.contains(5))) {
                    // Documents do not change, so no later run may have anything to make up for.
                    findings.requireRowsButOfRejects();
                }
            }
            killVerification(operator, random);
            settle(operator, findings, ledger);
            if (story.program().owns()) {
                goOn(new Rivals(installation.main(), () -> next("rival")), operators, findings, ledger);
                meddler.meddle(random);
                setRight(operator, findings);
            } else {
                verify(Depth.FULL, operator, findings);
            }
            return findings.requireRows();
        }
    }

    private void settle(Operator operator, Findings findings, Ledger ledger)
            throws Violation, IOException, SQLException, InterruptedException {
        boolean bad = !ledger.bad().isEmpty();
        Set<Row> untouchable = findings.untouchable();
        runUntil(bad ? 5 : 0, "peace", operator);
        findings.requireRejects(ledger.bad());
        findings.requireUntouched(untouchable);
        if (story.ordeal().meddling()) {
            setRight(operator, findings);
        }
        findings.requireRows();
        if (bad) {
            ledger.mendAll();
            runUntil(0, "mended", operator);
            findings.requireRejects(ledger.bad());
            findings.requireRows();
        }
        findings.requireCompletion();
    }

    /**
     * Changes documents, of which each has its row now. Where two runs take that up, one more makes the tables those of the first
     * operator again, whichever of them had them last.
     */
    private void goOn(Rivals rivals, List<Operator> operators, Findings findings, Ledger ledger)
            throws Violation, IOException, SQLException, InterruptedException {
        for (int i = 0; i < CHANGES_OF_EACH_KIND; i++) {
            ledger.add();
            ledger.edit();
            ledger.recreate();
            ledger.delete();
            ledger.purge();
        }
        Set<Row> untouchable = findings.untouchable();
        if (story.ordeal().rivals()) {
            rivals.run(operators);
            findings.requireRows();
        }
        runUntil(0, "changed", operators.get(0));
        findings.requireUntouched(untouchable);
        findings.requireRows();
    }

    /** Rows that others wrote are found by a verification only, and what it finds is mended by the next run. */
    private void setRight(Operator operator, Findings findings)
            throws Violation, IOException, SQLException, InterruptedException {
        Set<Row> untouchable = findings.untouchable();
        for (Depth depth : EnumSet.of(story.ordeal().depth(), Depth.FULL)) {
            verify(depth, operator, findings);
            Path console = next("set-right");
            int status = ended(operator.starts(console), console);
            // Found twice and mended twice, it counts as a reject until a verification finds it as it should be.
            if (status != 0 && status != 5) {
                throw new Violation(
                        "the run after a verification ends with status %d: see %s".formatted(status, console));
            }
            findings.requireNothingToFind(depth);
        }
        verify(Depth.FULL, operator, findings);
        findings.requireUntouched(untouchable);
    }

    /** Whatever a verification had come to when it was killed, the last one must come to the right end. */
    private void killVerification(Operator operator, Random random)
            throws Violation, IOException, InterruptedException {
        Path console = next("verify-killed");
        Process process = operator.startsToVerify(console);
        if (process.waitFor(random.nextInt(LONGEST_VERIFICATION_MILLIS), TimeUnit.MILLISECONDS)) {
            tally.ending(process.exitValue());
        } else {
            kill(process);
            tally.kill();
        }
        requireNoStackTrace(console);
    }

    /** The program's own verification must come to the same end as the harness's. */
    private void verify(Depth depth, Operator operator, Findings findings)
            throws Violation, IOException, SQLException, InterruptedException {
        Path console = next("verify");
        Set<Integer> expected = findings.statuses(depth);
        int status = ended(operator.startsToVerify(console, depth.options()), console);
        if (!expected.contains(status)) {
            throw new Violation("verify ends with status %d, expected one of %s by %s: see %s"
                    .formatted(status, expected, depth, console));
        }
    }

    /** With all faults off: a row that was left out before may have failed the run that notices it, but not for long. */
    private void runUntil(int expected, String name, Operator operator)
            throws Violation, IOException, InterruptedException {
        int status = -1;
        for (int attempt = 1; attempt <= ATTEMPTS_IN_PEACE && status != expected; attempt++) {
            Path console = next(name);
            status = ended(operator.starts(console), console);
        }
        if (status != expected) {
            throw new Violation("runs without faults end with status %d, expected %d".formatted(status, expected));
        }
    }

    private Operator operator(CouchDouble couch, Installation installation, Path logs) throws IOException {
        return story.program().operator(couch, installation.main(), logs).always(installation.options(directory));
    }

    static void kill(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    private Path next(String name) {
        consoles++;
        return directory.resolve("console-%s-%d.txt".formatted(name, consoles));
    }

    static int ended(Process process, Path console) throws Violation, IOException, InterruptedException {
        if (!process.waitFor(MINUTES_IN_PEACE, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
            throw new Violation("a run without faults hangs: see " + console);
        }
        requireNoStackTrace(console);
        return process.exitValue();
    }

    static void requireNoStackTrace(Path console) throws Violation, IOException {
        if (Files.readString(console).contains("\n\tat ")) {
            throw new Violation("a stack trace on the console: see " + console);
        }
    }
}
