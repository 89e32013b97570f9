// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.internal.batch.GuardedWriter;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds rows that should not be there in a table that its stage owns: those of documents that have none any more and, in each
 * database of a sharded target, those of documents whose row belongs in another. Of other stages it finds none. Safe for use by
 * multiple threads, each with sessions of its own.
 */
record Extras<R>(String stage, Preparation<?, R> preparation, Target target) {
    /** Returns in which databases documents have a row that should not be there; of the others nothing. */
    Map<SourceId, List<String>> of(List<Ready<R>> items, Target.Connections sessions) {
        List<List<String>> without = without(items);
        if (!isOwning() || without.stream().allMatch(List::isEmpty)) {
            return Map.of();
        }
        List<Supplier<Set<String>>> looks = new ArrayList<>();
        for (int i = 0; i < without.size(); i++) {
            int number = i;
            looks.add(() -> there(without.get(number), number, sessions));
        }
        List<Set<String>> there = target.sideBySide().all(looks);
        Map<SourceId, List<String>> extras = new HashMap<>();
        for (int number = 0; number < there.size(); number++) {
            String database = target.databases().get(number).name();
            for (Ready<R> item : items) {
                if (there.get(number).contains(item.id().text())) {
                    extras.computeIfAbsent(item.id(), id -> new ArrayList<>()).add(database);
                }
            }
        }
        return extras;
    }

    /** Returns whether the stage's table holds rows of its documents alone. */
    boolean isOwning() {
        return preparation.writer(0).owns();
    }

    /** Returns whether a document may have a row: no text of PostgreSQL has a U+0000. */
    static boolean mayHaveRow(String id) {
        return id.indexOf('\0') < 0;
    }

    /** Returns for each database the documents that have no row there, and might. */
    private List<List<String>> without(List<Ready<R>> items) {
        List<List<String>> without = new ArrayList<>();
        for (int i = 0; i < target.databases().size(); i++) {
            int number = i;
            without.add(items.stream()
                    .filter(item -> item.rows().stream().noneMatch(row -> preparation.place(row) == number))
                    .filter(item -> !preparation.writer(number).keeps(item.change()))
                    .map(item -> item.id().text())
                    .filter(Extras::mayHaveRow)
                    .toList());
        }
        return without;
    }

    private Set<String> there(List<String> ids, int number, Target.Connections sessions) {
        GuardedWriter<R> writer = preparation.writer(number);
        String what = "look for rows of stage \"%s\" that should not be there".formatted(stage);
        return ids.isEmpty()
                ? Set.of()
                : target.databases().get(number).patience().persist(() -> sessions.rows()
                        .get(number)
                        .attempt(what, connection -> writer.there(connection, ids)));
    }
}
