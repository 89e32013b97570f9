// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Where a demo types commands and shows what they print. */
final class Terminal {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final int MOST_RUNS = 5;

    private final Narrator narrator;
    private final Servers servers;
    private final Program program;
    private final Closer closer;

    Terminal(Narrator narrator, Servers servers, Program program, Closer closer) {
        this.narrator = narrator;
        this.servers = servers;
        this.program = program;
        this.closer = closer;
    }

    /** Types a command, kills it when a table has so many rows, and returns whether it came to that. */
    boolean killsAt(long rows, String table, List<String> words)
            throws IOException, SQLException, InterruptedException {
        RunningProgram run = start(words);
        while (!run.endsWithin(BETWEEN_LOOKS)) {
            long there = servers.rows(table);
            if (there >= rows) {
                run.close();
                run.awaitEnd();
                narrator.say(
                        "   Killed: process %s got SIGKILL (kill -9) when the table held %s rows. It could not save or close anything any more, as after a power cut."
                                .formatted(run.id(), Narrator.number(there)));
                return true;
            }
        }
        narrator.say("   FAILED: the run ended by itself with status %s, before half the rows were there."
                .formatted(run.awaitEnd()));
        return false;
    }

    /** Types a command again and again until it ends with 0, and returns whether it did. */
    boolean runsUntilDone(List<String> words) throws IOException, InterruptedException {
        for (int run = 1; run <= MOST_RUNS; run++) {
            if (runs(words)) {
                return true;
            }
        }
        narrator.say("   FAILED: it did not exit with 0 in %s runs.".formatted(MOST_RUNS));
        return false;
    }

    /** Types a command, waits for its end, and returns whether that is 0. */
    boolean runs(List<String> words) throws IOException, InterruptedException {
        int status = start(words).awaitEnd();
        narrator.say("   Exit status %s.".formatted(status));
        return status == 0;
    }

    private RunningProgram start(List<String> words) throws IOException {
        narrator.say("   $ migrator " + String.join(" ", words));
        return closer.add(program.start(words, narrator::quote));
    }
}
