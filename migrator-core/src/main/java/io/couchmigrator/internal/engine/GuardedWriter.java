// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Router;
import io.couchmigrator.Standing;
import io.couchmigrator.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A writer of the embedding program, which may throw anything: what is not of the database comes out as a
 * {@link WriterException}, and what is, such as an {@link SQLException} that a library has wrapped, as that.
 *
 * @param writer what is called
 */
record GuardedWriter<R>(Writer<R> writer) implements Writer<R> {
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

    @Override
    public int write(Connection connection, List<R> rows) throws SQLException {
        try {
            return writer.write(connection, rows);
        } catch (Throwable e) {
            throw guarded(e);
        }
    }

    @Override
    public List<String> faults(Connection connection) throws SQLException {
        return writer.faults(connection);
    }

    @Override
    public Writer<R> prepared(Connection connection) throws SQLException {
        return new GuardedWriter<>(writer.prepared(connection));
    }

    @Override
    public void check(R row) {
        writer.check(row);
    }

    @Override
    public Optional<Router<R>> router() {
        return writer.router();
    }

    @Override
    public Set<String> tables() {
        return writer.tables();
    }

    @Override
    public boolean isComparable() {
        return writer.isComparable();
    }

    @Override
    public List<Standing> compare(Connection connection, List<R> rows) throws SQLException {
        try {
            return writer.compare(connection, rows);
        } catch (Throwable e) {
            throw guarded(e);
        }
    }

    private static WriterException guarded(Throwable thrown) throws SQLException {
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
