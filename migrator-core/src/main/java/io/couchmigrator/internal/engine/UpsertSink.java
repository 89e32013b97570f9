// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.TargetException;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.SqlFault.Kind;
import io.couchmigrator.internal.postgres.TableFacts;
import io.couchmigrator.internal.retry.PassingException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes rows. A batch that the target refuses because of a value is written again in halves until the culprits stand
 * alone: about two statements for each halving and culprit.
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
        Halving halving = new Halving(sessions.rows().get(number));
        if (!withRows.isEmpty()) {
            halving.write(withRows);
            halving.refuseIfTheTargetIsToBlame(withRows.size());
        }
        return new Outcome(halving.written, halving.offered - halving.written, halving.refused);
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

    /** A value that the target refused; never leaves this class. */
    private static final class ValueException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient SqlFault fault;

        ValueException(SqlFault fault) {
            super(fault.withoutValues(), null, false, false);
            this.fault = fault;
        }
    }

    /** The writing of one batch. */
    private final class Halving {
        private final Session session;
        private final List<Refused> refused = new ArrayList<>();
        private final Set<String> likenesses = new TreeSet<>();
        private long offered;
        private long written;

        Halving(Session session) {
            this.session = session;
        }

        void write(List<Ready<R>> items) {
            List<R> rows = items.stream().flatMap(item -> item.rows().stream()).toList();
            try {
                written += database.patience().persist(() -> attempt(rows));
                offered += rows.size();
            } catch (ValueException e) {
                if (items.size() == 1) {
                    refuse(items.get(0), e.fault);
                } else {
                    write(items.subList(0, items.size() / 2));
                    write(items.subList(items.size() / 2, items.size()));
                }
            }
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

        private int attempt(List<R> rows) throws PassingException {
            try {
                return session.transaction(connection -> writer.write(connection, rows));
            } catch (SQLException e) {
                SqlFault fault = SqlFault.of(e);
                if (isValue(fault)) {
                    throw new ValueException(fault);
                }
                throw session.passing("write rows of stage \"%s\"".formatted(stage), e);
            }
        }

        private boolean isValue(SqlFault fault) throws PassingException {
            return fault.kind() == Kind.VALUE || (fault.kind() == Kind.CONSTRAINT && isOfTheRow(fault));
        }

        /** A constraint on a column that is written is the row's fault; on any other it is the target's. */
        private boolean isOfTheRow(SqlFault fault) throws PassingException {
            Set<String> tables = writer.tables();
            if (tables.isEmpty()) {
                return true;
            }
            String table = tables.stream()
                    .filter(name -> name.substring(name.indexOf('.') + 1)
                            .equals(fault.table().orElse("")))
                    .findFirst()
                    .orElse("");
            if (table.isEmpty()) {
                return false;
            }
            Set<String> about = fault.column().map(Set::of).orElse(Set.of());
            if (about.isEmpty() && fault.constraint().isPresent()) {
                String constraint = fault.constraint().get();
                about = session.attempt(
                        "look up constraint \"%s\"".formatted(constraint),
                        connection -> TableFacts.constraintColumns(connection, table, constraint));
            }
            return !Collections.disjoint(about, writer.columns(table));
        }

        private void refuse(Ready<R> item, SqlFault fault) {
            likenesses.add(fault.likeness());
            refused.add(new Refused(
                    item.id(), item.rev(), item.docType().get(), "refused-by-target", fault.withoutValues()));
        }
    }
}
