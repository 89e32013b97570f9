// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.internal.batch.GuardedWriter;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at ids and revisions alone: a document that is there has one row, in whichever database, with its revision, and one that is not
 * has none. Which documents do not count for the stage is not known here, so these are suspects.
 */
record Revisions<S, R>(String stage, Preparation<S, R> preparation, Target target) implements Looks<S> {
    @Override
    public void of(List<Item<S>> items, Target.Connections sessions, Consumer<Look> then) {
        Look look = new Look();
        look.items(items.size());
        Map<String, List<String>> there = there(items, sessions);
        for (Item<S> item : items) {
            boolean present = item instanceof Item.Found;
            if (present) {
                look.counts(item.id());
            }
            List<String> its = there.getOrDefault(item.id().text(), List.of());
            if (its.equals(present ? List.of(item.rev()) : List.of())) {
                look.same(its.size());
            } else {
                look.suspects(Suspect.of(item.id(), item.rev(), List.of(), List.of()));
            }
        }
        then.accept(look);
    }

    /** Returns the revisions of the rows that there are of items, in all databases. */
    private Map<String, List<String>> there(List<Item<S>> items, Target.Connections sessions) {
        List<String> ids = items.stream()
                .map(item -> item.id().text())
                .filter(Extras::mayHaveRow)
                .toList();
        List<Supplier<Map<String, String>>> looks = new ArrayList<>();
        for (int i = 0; i < target.databases().size(); i++) {
            int number = i;
            looks.add(() -> there(ids, number, sessions));
        }
        Map<String, List<String>> there = new HashMap<>();
        for (Map<String, String> rows : target.sideBySide().all(looks)) {
            rows.forEach((id, rev) ->
                    there.computeIfAbsent(id, any -> new ArrayList<>()).add(rev));
        }
        return there;
    }

    private Map<String, String> there(List<String> ids, int number, Target.Connections sessions) {
        GuardedWriter<R> writer = preparation.writer(number);
        String what = "compare revisions of stage \"%s\"".formatted(stage);
        return target.databases().get(number).patience().persist(() -> sessions.rows()
                .get(number)
                .attempt(what, connection -> writer.revisions(connection, ids)));
    }
}
