// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.TableName;
import io.couchmigrator.Writer;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.postgres.Written;
import io.couchmigrator.internal.retry.FunctionFault;
import io.couchmigrator.internal.retry.Interrupts;
import io.couchmigrator.internal.retry.StageFunctions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A writer of the embedding program, which may throw and return anything: what it throws that is not of the database comes out as
 * a {@link WriterException}, and what is, such as an {@link SQLException} that a library has wrapped, as that. Safe for use by
 * multiple threads, each with a connection of its own.
 *
 * @param stage whose writer
 * @param writer what is called
 */
public record GuardedWriter<R>(String stage, Writer<R> writer) {
    /** A chain of causes may be a circle. */
    private static final int MOST_CAUSES = 10;

    /** What a writer threw that is not of the database; never leaves the engine. */
    static final class WriterException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Throwable thrown;

        WriterException(Throwable thrown) {
            super(null, null, false, false);
            this.thrown = thrown;
        }

        Throwable thrown() {
            return thrown;
        }
    }

    /** What is called of it. */
    @FunctionalInterface
    private interface Call<T> {
        T make() throws SQLException;
    }

    /**
     * Writes rows, and returns what it says it did.
     *
     * @throws IllegalStateException if they cannot be so many
     * @throws io.couchmigrator.BusyException if another run has claimed the table
     */
    Written write(Connection connection, List<Change<R>> changes) throws SQLException {
        Upserts.hold(connection, writer);
        int rows = changes.stream().mapToInt(change -> change.rows().size()).sum();
        Written written = guarded(() -> Upserts.write(connection, writer, changes));
        if (written.rows() < 0 || written.rows() > rows) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\", %s, says that it wrote %s rows: expected 0 to %s"
                            .formatted(stage, name(), written.rows(), rows));
        }
        return written;
    }

    /** Offers rows that are there already, as if they were not; returns what is of no interest. */
    boolean offer(Connection connection, List<Change<R>> changes) throws SQLException {
        return guarded(() -> {
            Upserts.offer(connection, writer, changes);
            return true;
        });
    }

    /** Returns how rows stand, in their order, as far as the writer would change that. */
    List<Standing> standings(Connection connection, List<R> rows) throws SQLException {
        return ofEach(rows, guarded(() -> Upserts.standings(connection, writer, rows)));
    }

    /**
     * Returns how rows stand, in their order.
     *
     * @throws IllegalStateException if the writer is broken
     */
    public List<Standing> compare(Connection connection, List<R> rows) throws SQLException {
        try {
            return ofEach(rows, guarded(() -> writer.compare(connection, rows)));
        } catch (WriterException e) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\" failed to compare %s rows: it threw %s: mend it, and verify again"
                            .formatted(stage, rows.size(), FunctionFault.said(e.thrown())),
                    FunctionFault.of(e.thrown()));
        }
    }

    private List<Standing> ofEach(List<R> rows, List<Standing> standings) {
        if (standings.size() != rows.size()) {
            throw new IllegalStateException(
                    "the writer of stage \"%s\", %s, compared %s rows: expected one result for each of %s"
                            .formatted(stage, name(), standings.size(), rows.size()));
        }
        return standings;
    }

    /** Returns whether it owns its table, and so deletes the rows of documents that have none any more. */
    public boolean owns() {
        return Upserts.owns(writer);
    }

    /** Returns whether it lets the row stay of a document that has none any more. */
    public boolean keeps(Change<?> change) {
        return Upserts.keeps(writer, change);
    }

    /** Returns which of some documents have a row, where it {@linkplain #owns owns} its table. */
    public Set<String> there(Connection connection, Collection<String> ids) throws SQLException {
        return Upserts.there(connection, writer, ids);
    }

    /** Returns how many documents within an interval have a row, where it owns its table. */
    public long count(Connection connection, Interval within) throws SQLException {
        return Upserts.count(connection, writer, within);
    }

    /** Returns the revisions of the rows that documents have, by their ids, where it owns a table with a column for them. */
    public Map<String, String> revisions(Connection connection, Collection<String> ids) throws SQLException {
        return Upserts.revisions(connection, writer, ids);
    }

    /** Returns whether triggers may change or remove what it wrote. */
    boolean hasTriggers() {
        return Upserts.hasTriggers(writer);
    }

    /** Returns which documents still have rows that were to be deleted, where it {@linkplain #owns owns} its table; of others none. */
    Set<String> kept(Connection connection, List<Change<R>> changes) throws SQLException {
        return Upserts.kept(connection, writer, changes);
    }

    /** Returns whether it does nothing for documents that have no rows. */
    boolean onlyAdds() {
        return Upserts.onlyAdds(writer);
    }

    /** Returns whether it left the transaction as one that a commit commits. */
    boolean leavesOpen(Connection connection) throws SQLException {
        return Upserts.leavesOpen(connection, writer);
    }

    /** Returns whether it can be asked how rows stand. */
    boolean isComparable() {
        return writer.isComparable();
    }

    /** Returns the tables that it writes; they may be unknown. */
    Set<TableName> tables() {
        return writer.tables();
    }

    /** Returns the name of its class. */
    String name() {
        return writer.getClass().getName();
    }

    private static <T> T guarded(Call<T> call) throws SQLException {
        try {
            return call.make();
        } catch (Throwable e) {
            throw told(e);
        } finally {
            Interrupts.clear();
        }
    }

    private static WriterException told(Throwable thrown) throws SQLException {
        StageFunctions.rethrowIfOfJvm(thrown);
        Throwable cause = thrown;
        for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
            if (cause instanceof SQLException ofDatabase) {
                throw ofDatabase;
            }
            cause = cause.getCause();
        }
        return new WriterException(thrown);
    }
}
