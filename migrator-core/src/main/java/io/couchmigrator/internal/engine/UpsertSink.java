// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.TargetException;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Upserts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes rows. A batch that the target refuses is written again in halves until the culprits stand alone.
 *
 * @param <R> the type of the rows
 */
final class UpsertSink<R> implements Sink<R> {
    private final String stage;
    private final Blame<R> blame;
    private final Writer<R> writer;
    private final TargetDatabase database;
    private final int number;

    private UpsertSink(String stage, Blame<R> blame, Writer<R> writer, TargetDatabase database, int number) {
        this.stage = stage;
        this.blame = blame;
        this.writer = writer;
        this.database = database;
        this.number = number;
    }

    /**
     * Returns a sink that blames the target where it refuses many documents in a row alike, and so what it accepted before.
     *
     * @param number the database's place among {@link Target#databases}
     */
    static <R> UpsertSink<R> of(String stage, Writer<R> writer, TargetDatabase database, int number) {
        return new UpsertSink<>(stage, Blame.ofTarget(), writer, database, number);
    }

    /** Returns a sink for documents that were rejected before, and may well all be rejected again. */
    static <R> UpsertSink<R> ofRejects(String stage, Writer<R> writer, TargetDatabase database, int number) {
        return new UpsertSink<>(stage, Blame.none(), writer, database, number);
    }

    @Override
    public Outcome write(List<Ready<R>> items, WorkerSessions sessions) {
        List<Ready<R>> withRows =
                items.stream().filter(item -> !item.rows().isEmpty()).toList();
        Batch batch = new Batch(withRows, sessions.rows().get(number));
        if (!withRows.isEmpty()) {
            Halves.of(withRows, batch::write, batch::refuse);
        }
        return new Outcome(batch.written, batch.offered - batch.written, batch.refused);
    }

    /** The writing of one batch. */
    private final class Batch {
        /** Where the target accepted nothing yet, so many others of the batch stand for what it may accept. */
        private static final int OTHERS = 10;

        private final List<Ready<R>> items;
        private final RowAttempts attempts;
        private final List<Refused> refused = new ArrayList<>();
        private long offered;
        private long written;

        Batch(List<Ready<R>> items, Session session) {
            this.items = items;
            this.attempts = new RowAttempts(
                    session,
                    "write rows of stage \"%s\"".formatted(stage),
                    connection -> writer.write(connection, List.of()));
        }

        void write(List<Ready<R>> some) {
            List<R> rows = some.stream().flatMap(item -> item.rows().stream()).toList();
            written += database.patience()
                    .persist(() -> attempts.make(some.size(), connection -> writer.write(connection, rows)));
            offered += rows.size();
            blame.accepted(some.get(some.size() - 1).rows());
        }

        void refuse(Ready<R> item, SqlFault fault) {
            refused.add(new Refused(
                    item.id(),
                    item.rev(),
                    item.docType().get(),
                    "refused-by-target",
                    fault.withoutValues(),
                    fault.raised()));
            int alike = blame.refused(fault.likeness());
            if (alike > 0) {
                refuseIfTheTargetIsToBlame(item, fault, alike);
            }
        }

        /** Unless it accepts something else still, it would refuse all documents there are. */
        private void refuseIfTheTargetIsToBlame(Ready<R> item, SqlFault fault, int alike) {
            List<R> accepted = blame.accepted();
            if (accepted.isEmpty()) {
                for (List<R> rows : others(item)) {
                    if (!isRefused(fault, connection -> writer.write(connection, rows))) {
                        blame.accepted(rows);
                        return;
                    }
                }
            } else if (!isRefused(fault, connection -> offer(connection, accepted))) {
                return;
            }
            throw new TargetException(database.told(
                    "could not write rows of stage \"%s\"%s: each of %s documents in a row was refused alone with %s%s: mend the target and run the same command again"
                            .formatted(
                                    stage,
                                    tables(),
                                    alike,
                                    fault.withoutValues(),
                                    accepted.isEmpty() ? "" : ", and so is one that was accepted before")));
        }

        /** Returns the rows of documents that come later in the batch, far from each other. */
        private List<List<R>> others(Ready<R> item) {
            List<Ready<R>> later = items.subList(items.indexOf(item) + 1, items.size());
            int step = Math.max(1, later.size() / OTHERS);
            List<List<R>> others = new ArrayList<>();
            for (int i = later.size() - 1; i >= 0; i -= step) {
                others.add(later.get(i).rows());
            }
            return others;
        }

        private boolean isRefused(SqlFault fault, Session.Work<?> work) {
            return database.patience()
                    .persist(() -> attempts.rehearse(work))
                    .filter(met -> met.likeness().equals(fault.likeness()))
                    .isPresent();
        }

        private Object offer(Connection connection, List<R> rows) throws SQLException {
            Upserts.offer(connection, writer, rows);
            return rows;
        }

        private String tables() {
            return writer.tables().stream()
                    .sorted()
                    .map(" into table \"%s\""::formatted)
                    .collect(Collectors.joining(","));
        }
    }
}
