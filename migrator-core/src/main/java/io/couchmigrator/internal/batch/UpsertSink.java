// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.Outcome;
import io.couchmigrator.RejectException;
import io.couchmigrator.internal.batch.GuardedWriter.WriterException;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.postgres.Halves;
import io.couchmigrator.internal.postgres.RowAttempts;
import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Written;
import io.couchmigrator.internal.retry.StageFunctions;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes rows. A batch that the target refuses is written again in halves until the culprits stand alone; one of which it drops
 * rows, without their documents. One for which the writer throws what is no {@link java.sql.SQLException} is written in halves, too.
 *
 * @param <R> the type of the rows
 * @param blame blames the target where it refuses many documents in a row alike, and so what it accepted before; empty for
 *     documents that were rejected before, and may well all be rejected again
 * @param waiting takes the items that are refused for what another row has
 * @param size how many to write at once, for all sinks of the stage
 * @param number the database's place among {@link Target#databases}
 */
record UpsertSink<R>(
        StageFunctions functions,
        Accounted<R> accounted,
        Optional<Blame<R>> blame,
        Consumer<SourceId> waiting,
        WriteSize size,
        TargetDatabase database,
        int number)
        implements Sink<R> {
    @Override
    public Outcome write(List<Ready<R>> items, Target.Connections sessions) {
        List<Ready<R>> heeded = accounted.onlyAdds()
                ? items.stream().filter(item -> !item.rows().isEmpty()).toList()
                : items;
        Batch batch = new Batch(heeded, sessions.rows().get(number));
        if (!heeded.isEmpty()) {
            Halves.of(heeded, batch::write, batch::refuse);
        }
        return new Outcome(
                batch.written, batch.offered - batch.written, batch.deleted, List.copyOf(batch.refused.values()));
    }

    /** The writing of one batch. */
    private final class Batch {
        private final List<Ready<R>> items;
        private final RowAttempts attempts;
        private final Map<SourceId, Refused> refused = new LinkedHashMap<>();
        private long offered;
        private long written;
        private long deleted;

        Batch(List<Ready<R>> items, Session session) {
            this.items = items;
            String what =
                    "write rows of stage \"%s\"".formatted(functions.stage().name());
            this.attempts = new RowAttempts(session, what, accounted::writeNothing);
        }

        /** Writes what was not refused yet. Documents whose rows are dropped are refused, and the others written without them. */
        void write(List<Ready<R>> some) {
            List<Ready<R>> left = refused.isEmpty()
                    ? some
                    : some.stream()
                            .filter(item -> !refused.containsKey(item.id()))
                            .toList();
            if (left.isEmpty()) {
                return;
            }
            try {
                attempt(left);
            } catch (WriterException e) {
                halve(left, e.thrown());
            } catch (DroppedException e) {
                List<Ready<R>> culprits = e.documents().stream().map(left::get).toList();
                culprits.forEach(item -> refused.put(item.id(), ignored(item).of(item)));
                if (culprits.size() < left.size()) {
                    write(left);
                } else {
                    culprits.forEach(item -> suspect(item, ignored(item)));
                }
            }
        }

        /** One without rows can only have been in the way of a deletion. */
        private Refusal ignored(Ready<R> item) {
            return item.rows().isEmpty() ? Refusal.kept(accounted.tables()) : Refusal.dropped(accounted.tables());
        }

        /** Writes in halves what the writer is broken for, and refuses what is alone, or ends the run for it. */
        private void halve(List<Ready<R>> some, Throwable thrown) {
            int half = some.size() / 2;
            if (half == 0) {
                reject(some.get(0), thrown);
            } else {
                Halves.of(some.subList(0, half), this::write, this::refuse);
                Halves.of(some.subList(half, some.size()), this::write, this::refuse);
            }
        }

        private void reject(Ready<R> item, Throwable thrown) {
            RuntimeException broken = functions.broken("writer", item.id().text(), thrown);
            if (broken instanceof RejectException because) {
                refused.put(
                        item.id(),
                        Refused.of(item.id(), item.rev(), item.docType().get(), because));
            } else {
                throw broken;
            }
        }

        private void attempt(List<Ready<R>> some) {
            size.ask(some.size());
            List<Change<R>> changes = some.stream().map(Ready::change).toList();
            try {
                Written done = database.patience()
                        .persist(() -> attempts.make(some.size(), connection -> accounted.write(connection, changes)));
                written += done.rows();
                deleted += done.deleted();
            } catch (RefusedException e) {
                if (e.fault().isOfTooMuch()) {
                    size.tooMany(some.size(), e.fault());
                }
                throw e;
            }
            size.passed(some.size());
            for (Change<R> change : changes) {
                offered += change.rows().size();
            }
            blame.ifPresent(may -> may.accepted(changes));
        }

        private Stream<Change<R>> withRows(Stream<Ready<R>> some) {
            return some.map(Ready::change).filter(change -> !change.rows().isEmpty());
        }

        /** Refuses what was refused alone. */
        void refuse(Ready<R> item, SqlFault fault) {
            Refusal refusal = Refusal.of(fault);
            refused.put(item.id(), refusal.of(item));
            if (fault.isOfAnotherRow()) {
                waiting.accept(item.id());
            }
            suspect(item, refusal);
        }

        private void suspect(Ready<R> item, Refusal refusal) {
            Stream<Ready<R>> later = items.stream()
                    .dropWhile(other -> !other.id().equals(item.id()))
                    .skip(1);
            blame.ifPresent(may -> may.refused(refusal, withRows(later).toList(), attempts));
        }
    }
}
