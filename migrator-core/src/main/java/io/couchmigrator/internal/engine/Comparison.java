// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Standing;
import io.couchmigrator.Standing.State;
import io.couchmigrator.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Compares the rows that should be there with those that are: each in its own database, and whether another one has it,
 * where the application would not look for it. Safe for use by multiple threads, each with sessions of its own.
 *
 * @param <R> the type of the rows
 */
final class Comparison<R> {
    private final String stage;
    private final Writers<R> writers;
    private final Target target;

    Comparison(String stage, Writers<R> writers, Target target) {
        this.stage = stage;
        this.writers = writers;
        this.target = target;
    }

    /**
     * How a row stands in all databases.
     *
     * @param standing how it stands in its own
     * @param database what its own is called; empty where there is one only
     * @param misplacedIn the other databases that have the very same row
     */
    record Compared(Standing standing, String database, List<String> misplacedIn) {
        /** Returns whether nothing is wrong with it. */
        boolean isSame() {
            return standing.state() == State.SAME && misplacedIn.isEmpty();
        }
    }

    /** Returns how each row stands, in the order of the rows. */
    List<Compared> compare(List<R> rows, WorkerSessions sessions) {
        List<Supplier<List<Standing>>> looks = new ArrayList<>();
        for (int i = 0; i < target.databases().size(); i++) {
            int number = i;
            looks.add(() -> compared(rows, number, sessions));
        }
        List<List<Standing>> everywhere = target.sideBySide().all(looks);
        List<Compared> compared = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            compared.add(of(i, writers.place(rows.get(i)), everywhere));
        }
        return compared;
    }

    private List<Standing> compared(List<R> rows, int number, WorkerSessions sessions) {
        Writer<R> writer = writers.all().get(number);
        List<Standing> standings = target.databases().get(number).patience().persist(() -> sessions.rows()
                .get(number)
                .attempt("compare rows of stage \"%s\"".formatted(stage), c -> writer.compare(c, rows)));
        if (standings.size() != rows.size()) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\" compared %d rows: expected one result for each of %d"
                            .formatted(stage, standings.size(), rows.size()));
        }
        return standings;
    }

    /** A row of the same key but other values may be another document's, which belongs where it is. */
    private Compared of(int row, int place, List<List<Standing>> everywhere) {
        List<String> misplacedIn = new ArrayList<>();
        for (int number = 0; number < everywhere.size(); number++) {
            if (number != place && everywhere.get(number).get(row).state() == State.SAME) {
                misplacedIn.add(target.databases().get(number).name());
            }
        }
        return new Compared(
                everywhere.get(place).get(row), target.databases().get(place).name(), misplacedIn);
    }
}
