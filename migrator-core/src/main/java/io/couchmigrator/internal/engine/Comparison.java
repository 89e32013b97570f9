// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Stage;
import io.couchmigrator.Standing;
import io.couchmigrator.Standing.State;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
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
    private final List<Place<R>> places;

    private Comparison(String stage, Writers<R> writers, Target target, List<Place<R>> places) {
        this.stage = stage;
        this.writers = writers;
        this.target = target;
        this.places = places;
    }

    /** Returns one for a stage, of a target that may have rows outside of where they belong. */
    static <R> Comparison<R> of(Stage<?, R> stage, Writers<R> writers, Target target, Outside outside) {
        List<Place<R>> places = new ArrayList<>();
        for (TargetDatabase database : target.databases()) {
            int number = places.size();
            places.add(new Place<>(database.name(), database, writers.all().get(number), sessions -> sessions.rows()
                    .get(number)));
        }
        outside.writer(stage)
                .ifPresent(
                        writer -> places.add(new Place<>(outside.name(), target.main(), writer, WorkerSessions::main)));
        return new Comparison<>(stage.name(), writers, target, places);
    }

    /**
     * Where rows are looked for: the databases of the target in their order, and after them whatever is outside.
     *
     * @param name what it is called; empty where there is one only
     * @param database the database
     * @param writer the stage's writer, prepared for it
     * @param session its session among those of a worker
     */
    private record Place<R>(
            String name, TargetDatabase database, Writer<R> writer, Function<WorkerSessions, Session> session) {}

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
        if (places.size() == 1) {
            Place<R> only = places.get(0);
            return standings(rows, only, sessions).stream()
                    .map(standing -> new Compared(standing, only.name(), List.of()))
                    .toList();
        }
        int[] owners = rows.stream().mapToInt(writers::place).toArray();
        List<Supplier<Seen>> looks = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            int number = i;
            looks.add(() -> seen(rows, owners, number, sessions));
        }
        List<Seen> everywhere = target.sideBySide().all(looks);
        List<Compared> compared = new ArrayList<>(rows.size());
        for (int row = 0; row < rows.size(); row++) {
            List<String> misplacedIn = new ArrayList<>();
            for (int number = 0; number < everywhere.size(); number++) {
                if (everywhere.get(number).misplaced().contains(row)) {
                    misplacedIn.add(places.get(number).name());
                }
            }
            Standing standing = everywhere.get(owners[row]).own().get(row);
            compared.add(new Compared(
                    Objects.requireNonNull(standing), places.get(owners[row]).name(), misplacedIn));
        }
        return compared;
    }

    /**
     * What one database shows.
     *
     * @param own how the rows stand that belong there, by their places in the batch
     * @param misplaced the places of those that do not, and are there
     */
    private record Seen(Map<Integer, Standing> own, Set<Integer> misplaced) {}

    private Seen seen(List<R> rows, int[] owners, int number, WorkerSessions sessions) {
        List<Integer> owned = new ArrayList<>();
        List<Integer> foreign = new ArrayList<>();
        for (int row = 0; row < owners.length; row++) {
            (owners[row] == number ? owned : foreign).add(row);
        }
        // Apart: of rows with one key only one is compared, and the rows of another database must not win over its own.
        Map<Integer, Standing> own = compared(rows, owned, places.get(number), sessions);
        Map<Integer, Standing> others = compared(rows, foreign, places.get(number), sessions);
        return new Seen(own, misplaced(own, others));
    }

    private String what() {
        return "compare rows of stage \"%s\", for which it needs SELECT on the columns that are written"
                .formatted(stage);
    }

    /**
     * Returns which rows are where they do not belong: those that are there with all their values. One with the same key and
     * other values may be another document's, and so may one whose key comes more than once.
     */
    private static Set<Integer> misplaced(Map<Integer, Standing> own, Map<Integer, Standing> others) {
        Set<String> taken = new HashSet<>();
        own.values().forEach(standing -> taken.add(standing.key()));
        Set<String> met = new HashSet<>();
        others.values().stream()
                .filter(standing -> !met.add(standing.key()))
                .forEach(standing -> taken.add(standing.key()));
        Set<Integer> misplaced = new HashSet<>();
        others.forEach((row, standing) -> {
            if (standing.state() == State.SAME && !taken.contains(standing.key())) {
                misplaced.add(row);
            }
        });
        return misplaced;
    }

    private Map<Integer, Standing> compared(
            List<R> rows, List<Integer> which, Place<R> place, WorkerSessions sessions) {
        List<Standing> standings = standings(which.stream().map(rows::get).toList(), place, sessions);
        Map<Integer, Standing> compared = new HashMap<>();
        for (int i = 0; i < which.size(); i++) {
            compared.put(which.get(i), standings.get(i));
        }
        return compared;
    }

    private List<Standing> standings(List<R> some, Place<R> place, WorkerSessions sessions) {
        List<Standing> standings = place.database().patience().persist(() -> place.session()
                .apply(sessions)
                .attempt(what(), connection -> place.writer().compare(connection, some)));
        if (standings.size() != some.size()) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\" compared %d rows: expected one result for each of %d"
                            .formatted(stage, standings.size(), some.size()));
        }
        return standings;
    }
}
