// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.cli.Operator;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Runs that start in the same moment, while nothing fails, in a database with tables that a program owns. */
final class Rivals {
    private static final int BUSY = 9;
    private static final int LOOK_EACH_MILLIS = 3;
    private static final int MOST_MILLIS = 60_000;

    /** Each run reads it before it writes anything, and none gets past it while it is locked. */
    private static final String GATE = "couch_migrator_owner";

    private final TestDatabase database;
    private final Supplier<Path> consoles;

    Rivals(TestDatabase database, Supplier<Path> consoles) {
        this.database = database;
        this.consoles = consoles;
    }

    /** Lets each of these operators run; requires that one after the other comes to its end, or all but one are refused. */
    void run(List<Operator> operators) throws Violation, IOException, SQLException, InterruptedException {
        Map<Path, Process> running = new LinkedHashMap<>();
        try {
            startTogether(operators, running);
            requireEnds(running);
        } finally {
            for (Process process : running.values()) {
                Teller.kill(process);
            }
        }
    }

    private void startTogether(List<Operator> operators, Map<Path, Process> running)
            throws Violation, IOException, SQLException, InterruptedException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table " + GATE);
            for (Operator operator : operators) {
                Path console = consoles.get();
                running.put(console, operator.starts(console));
            }
            long start = System.nanoTime();
            while (waiting() < operators.size()) {
                if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) > MOST_MILLIS) {
                    throw new Violation("runs do not look whose the tables are: see " + running.keySet());
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EACH_MILLIS);
            }
            connection.rollback();
        }
    }

    private int waiting() throws SQLException {
        return database.query("select pid::text from pg_locks where relation = '%s'::regclass and not granted"
                        .formatted(GATE))
                .size();
    }

    private static void requireEnds(Map<Path, Process> running) throws Violation, IOException, InterruptedException {
        Map<Path, Integer> ended = new TreeMap<>();
        for (Map.Entry<Path, Process> run : running.entrySet()) {
            ended.put(run.getKey(), Teller.ended(run.getValue(), run.getKey()));
        }
        if (!Set.of(0, BUSY).containsAll(ended.values()) || !ended.containsValue(0)) {
            throw new Violation(
                    "runs that start in the same moment end with %s, expected 0 of one, and 0 or %d of the others"
                            .formatted(ended, BUSY));
        }
    }
}
