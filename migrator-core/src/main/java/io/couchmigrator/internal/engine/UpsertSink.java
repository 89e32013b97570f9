// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.TargetException;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes rows. A batch that the target refuses is written again in halves until the culprits stand alone.
 *
 * @param <R> the type of the rows
 */
final class UpsertSink<R> implements Sink<R> {
    /** Fewer documents in a row than this may all be bad in the same way. */
    private static final int LEAST_TO_BLAME = 10;

    private final String stage;
    private final int leastToBlame;
    private final Writer<R> writer;
    private final TargetDatabase database;
    private final int number;
    private String refusedAlike = "";
    private int inARow;

    private UpsertSink(String stage, int leastToBlame, Writer<R> writer, TargetDatabase database, int number) {
        this.leastToBlame = leastToBlame;
        this.stage = stage;
        this.writer = writer;
        this.database = database;
        this.number = number;
    }

    /**
     * Returns a sink that blames the target where so many documents in a row are refused, in whole batches, each for the
     * same reason.
     *
     * @param number the database's place among {@link Target#databases}
     */
    static <R> UpsertSink<R> of(String stage, Writer<R> writer, TargetDatabase database, int number) {
        return new UpsertSink<>(stage, LEAST_TO_BLAME, writer, database, number);
    }

    /** Returns a sink for documents that were rejected before, and may well all be rejected again. */
    static <R> UpsertSink<R> ofRejects(String stage, Writer<R> writer, TargetDatabase database, int number) {
        return new UpsertSink<>(stage, Integer.MAX_VALUE, writer, database, number);
    }

    @Override
    public Outcome write(List<Ready<R>> items, WorkerSessions sessions) {
        List<Ready<R>> withRows =
                items.stream().filter(item -> !item.rows().isEmpty()).toList();
        Batch batch = new Batch(sessions.rows().get(number));
        if (!withRows.isEmpty()) {
            Halves.of(withRows, batch::write, batch::refuse);
            batch.refuseIfTheTargetIsToBlame(withRows.size());
        }
        return new Outcome(batch.written, batch.offered - batch.written, batch.refused);
    }

    /** Counts the documents that were refused alike since one was not; workers count together. */
    private synchronized int inARow(int refused, String likeness) {
        if (refused == 0) {
            inARow = 0;
            return 0;
        }
        inARow = likeness.equals(refusedAlike) ? inARow + refused : refused;
        refusedAlike = likeness;
        return inARow;
    }

    /** The writing of one batch. */
    private final class Batch {
        private final RowAttempts attempts;
        private final List<Refused> refused = new ArrayList<>();
        private final Set<String> likenesses = new TreeSet<>();
        private long offered;
        private long written;

        Batch(Session session) {
            this.attempts = new RowAttempts(
                    session,
                    "write rows of stage \"%s\"".formatted(stage),
                    connection -> writer.write(connection, List.of()));
        }

        void write(List<Ready<R>> items) {
            List<R> rows = items.stream().flatMap(item -> item.rows().stream()).toList();
            written += database.patience()
                    .persist(() -> attempts.make(items.size(), connection -> writer.write(connection, rows)));
            offered += rows.size();
        }

        void refuse(Ready<R> item, SqlFault fault) {
            likenesses.add(fault.likeness());
            refused.add(new Refused(
                    item.id(), item.rev(), item.docType().get(), "refused-by-target", fault.withoutValues()));
        }

        /** Not one document of whole batches can be stored, and all for the same reason: that is no bad document. */
        void refuseIfTheTargetIsToBlame(int items) {
            boolean alike = refused.size() == items && likenesses.size() == 1;
            int all = inARow(alike ? items : 0, String.join("", likenesses));
            if (all >= leastToBlame) {
                throw new TargetException(database.told(
                        "could not write rows of stage \"%s\": each of %d documents in a row was refused alone with %s: mend the target and run the same command again"
                                .formatted(stage, all, refused.get(0).reason())));
            }
        }
    }
}
