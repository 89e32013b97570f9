// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.TableName;
import io.couchmigrator.Writer;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.retry.Interrupts;
import io.couchmigrator.internal.retry.StageFunctions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * A writer of the embedding program, which may throw anything: what is not of the database comes out as a
 * {@link WriterException}, and what is, such as an {@link SQLException} that a library has wrapped, as that. Safe for use by
 * multiple threads, each with a connection of its own.
 *
 * @param writer what is called
 */
record GuardedWriter<R>(Writer<R> writer) {
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

    /** Writes rows, and returns how many it says were inserted or changed. */
    int write(Connection connection, List<Change<R>> changes) throws SQLException {
        return guarded(() -> writer.write(connection, changes));
    }

    /** Offers rows that are there already, as if they were not; returns what is of no interest. */
    boolean offer(Connection connection, List<Change<R>> changes) throws SQLException {
        return guarded(() -> {
            Upserts.offer(connection, writer, changes);
            return true;
        });
    }

    /** Returns how rows stand, in their order, as far as the writer would change that. */
    List<State> states(Connection connection, List<R> rows) throws SQLException {
        return guarded(() -> Upserts.states(connection, writer, rows));
    }

    /** Returns whether it does nothing for documents that have no rows. */
    boolean onlyAdds() {
        return Upserts.onlyAdds(writer);
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
