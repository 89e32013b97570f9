// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.batch.Preparation.Prepared;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.postgres.Halves;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.verify.Comparison.Compared;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Looks at all that items ask for: makes their rows, compares these with those that are there, and looks for others that should not
 * be. Safe for use by multiple threads, each with sessions of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
record Inspection<S, R>(Preparation<S, R> preparation, Comparison<R> comparison, Extras<R> extras) implements Looks<S> {
    @Override
    public void of(List<Item<S>> items, Target.Connections sessions, Consumer<Look> then) {
        preparation.prepare(items, sessions.main(), prepared -> then.accept(look(prepared, sessions)));
    }

    private Look look(Prepared<S, R> prepared, Target.Connections sessions) {
        Part part = new Part(extras.of(prepared.changes(), sessions));
        part.look.items(prepared.items().size());
        prepared.refused().forEach(part::refused);
        List<Ready<R>> present = prepared.present();
        if (!present.isEmpty()) {
            Halves.of(present, some -> part.compare(some, sessions), part::refused);
        }
        prepared.changes().stream().filter(item -> !item.isPresent()).forEach(part::absent);
        return part.look;
    }

    /** The look at items whose rows are held at once. */
    private final class Part {
        private final Look look = new Look();
        private final Map<SourceId, List<String>> extra;

        Part(Map<SourceId, List<String>> extra) {
            this.extra = extra;
        }

        void compare(List<Ready<R>> items, Target.Connections sessions) {
            List<R> rows = items.stream().flatMap(item -> item.rows().stream()).toList();
            List<Compared> all = comparison.compare(rows, items.size(), sessions);
            int next = 0;
            for (Ready<R> item : items) {
                compared(
                        item,
                        Comparison.eachKeyOnce(
                                all.subList(next, next + item.rows().size())));
                next += item.rows().size();
            }
        }

        private void compared(Ready<R> item, List<Compared> rows) {
            look.counts(item.id());
            judged(item, rows);
        }

        /** What is absent is of interest only where it may have a row that should not be there. */
        void absent(Ready<R> item) {
            if (extras.isOwning()) {
                judged(item, List.of());
            }
        }

        private void judged(Ready<R> item, List<Compared> rows) {
            Suspect judged = Suspect.of(item.id(), item.rev(), rows, extra.getOrDefault(item.id(), List.of()));
            if (judged.isGood()) {
                look.good(item.id(), judged.same());
            } else {
                look.suspects(judged);
            }
        }

        /** The target cannot even read what it would have to store. */
        void refused(Ready<R> item, SqlFault fault) {
            refused(new Refused(item.id(), item.rev(), item.docType().get(), fault.code(), fault.reason()));
        }

        void refused(Refused item) {
            look.counts(item.id());
            look.suspects(Suspect.of(item));
        }
    }
}
