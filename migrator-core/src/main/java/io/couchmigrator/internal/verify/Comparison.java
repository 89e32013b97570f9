// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.Writer.Standing;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.batch.GuardedWriter;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.postgres.RowAttempts;
import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Compares the rows that should be there with those that are: each in its own database, and whether another one has it,
 * where the application would not look for it. Safe for use by multiple threads, each with sessions of its own.
 *
 * @param <R> the type of the rows
 */
final class Comparison<R> {
    private final String stage;
    private final Preparation<?, R> preparation;
    private final Target target;
    private final Optional<Outside.Rows<R>> outside;
    /** What the places are called where rows are looked for: the databases of the target, and what is outside. */
    private final List<String> names = new ArrayList<>();

    /** @param outside where rows of the stage may be that belong in the target's databases */
    Comparison(String stage, Preparation<?, R> preparation, Target target, Optional<Outside.Rows<R>> outside) {
        this.stage = stage;
        this.preparation = preparation;
        this.target = target;
        this.outside = outside;
        target.databases().forEach(database -> names.add(database.name()));
        outside.ifPresent(rows -> names.add(rows.name()));
    }

    /**
     * How a row stands in all databases.
     *
     * @param standing how it stands in its own
     * @param database what its own is called; empty where the target is not sharded
     * @param misplacedIn the other databases that have the very same row, and the main one if it has one of its key
     */
    record Compared(Standing standing, String database, List<String> misplacedIn) {
        /** Returns whether nothing is wrong with it. */
        boolean isSame() {
            return standing.state() == State.SAME && misplacedIn.isEmpty();
        }
    }

    /**
     * Returns how each row stands, in the order of the rows.
     *
     * @param items how many the rows are of
     * @throws RefusedException if a database cannot read a value of one of them
     */
    List<Compared> compare(List<R> rows, int items, Target.Connections sessions) {
        if (names.size() == 1) {
            return standings(rows, items, 0, sessions).stream()
                    .map(standing -> new Compared(standing, names.get(0), List.of()))
                    .toList();
        }
        int[] places = rows.stream().mapToInt(preparation::place).toArray();
        List<Supplier<Seen>> looks = new ArrayList<>();
        for (int i = 0; i < target.databases().size(); i++) {
            int number = i;
            looks.add(() -> Seen.unlessRefused(() -> seen(rows, items, places, number, sessions)));
        }
        outside.ifPresent(rowsThere -> looks.add(() -> Seen.unlessRefused(
                () -> new Seen(Map.of(), rowsThere.there(rows, items, sessions), Optional.empty()))));
        List<Seen> everywhere = target.sideBySide().all(looks);
        rethrow(everywhere, items);
        List<Compared> compared = new ArrayList<>(rows.size());
        for (int row = 0; row < rows.size(); row++) {
            List<String> misplacedIn = new ArrayList<>();
            for (int number = 0; number < everywhere.size(); number++) {
                if (everywhere.get(number).misplaced().contains(row)) {
                    misplacedIn.add(names.get(number));
                }
            }
            Standing standing = everywhere.get(places[row]).own().get(row);
            compared.add(new Compared(Objects.requireNonNull(standing), names.get(places[row]), misplacedIn));
        }
        return compared;
    }

    /**
     * What one database shows.
     *
     * @param own how the rows stand that belong there, by their places in the batch
     * @param misplaced the places of those that do not, and are there
     * @param refused why it showed nothing; empty if it did
     */
    private record Seen(Map<Integer, Standing> own, Set<Integer> misplaced, Optional<RefusedException> refused) {
        /** That a row is refused in one database is no reason for the others to stop. */
        static Seen unlessRefused(Supplier<Seen> look) {
            try {
                return look.get();
            } catch (RefusedException e) {
                return new Seen(Map.of(), Set.of(), Optional.of(e));
            }
        }
    }

    /** Of an item's rows with one key only one is written: where one of them is there, the others are not to be. */
    static List<Compared> eachKeyOnce(List<Compared> rows) {
        Set<String> there = new HashSet<>();
        Set<Compared> same = Collections.newSetFromMap(new IdentityHashMap<>());
        rows.stream()
                .filter(row -> row.standing().state() == State.SAME)
                .filter(row -> there.add(row.standing().key()))
                .forEach(same::add);
        return rows.stream()
                .filter(row ->
                        same.contains(row) || !there.contains(row.standing().key()))
                .toList();
    }

    /** What is outside only must not make an item a suspect: alone, it is given up. */
    private void rethrow(List<Seen> everywhere, int items) {
        for (int number = 0; number < everywhere.size(); number++) {
            Optional<RefusedException> refused = everywhere.get(number).refused();
            boolean isOutside = number == target.databases().size();
            if (refused.isPresent() && isOutside && items == 1) {
                outside.orElseThrow().giveUp(refused.get().fault());
            } else if (refused.isPresent()) {
                throw refused.get();
            }
        }
    }

    private Seen seen(List<R> rows, int items, int[] places, int number, Target.Connections sessions) {
        List<Integer> owned = new ArrayList<>();
        List<Integer> foreign = new ArrayList<>();
        for (int row = 0; row < places.length; row++) {
            (places[row] == number ? owned : foreign).add(row);
        }
        Map<Integer, Standing> own = compared(rows, items, owned, number, sessions);
        // Of a table that the stage owns they are extra, and the next run deletes them.
        Map<Integer, Standing> others =
                preparation.writer(number).owns() ? Map.of() : compared(rows, items, foreign, number, sessions);
        return new Seen(own, misplaced(own, others), Optional.empty());
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
            List<R> rows, int items, List<Integer> which, int number, Target.Connections sessions) {
        List<Standing> standings = standings(which.stream().map(rows::get).toList(), items, number, sessions);
        Map<Integer, Standing> compared = new HashMap<>();
        for (int i = 0; i < which.size(); i++) {
            compared.put(which.get(i), standings.get(i));
        }
        return compared;
    }

    private List<Standing> standings(List<R> some, int items, int number, Target.Connections sessions) {
        if (some.isEmpty()) {
            return List.of();
        }
        GuardedWriter<R> writer = preparation.writer(number);
        RowAttempts attempts = new RowAttempts(
                sessions.rows().get(number), what(), connection -> writer.compare(connection, List.of()));
        return target.databases()
                .get(number)
                .patience()
                .persist(() -> attempts.make(items, connection -> writer.compare(connection, some)));
    }
}
