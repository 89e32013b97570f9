// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Something that goes wrong with one step on a {@link FaultyDataSource}: before the step is carried out, or
 * {@linkplain #afterwards after it was}. {@link #on} says when. Immutable.
 */
public final class JdbcFault {
    private static final int MOST_MILLIS_TO_DIE = 10_000;

    private final String description;
    private final boolean afterwards;
    private final Event event;

    private JdbcFault(String description, boolean afterwards, Event event) {
        this.description = description;
        this.afterwards = afterwards;
        this.event = event;
    }

    private interface Event {
        void happen(@Nullable Connection connection, DataSource target, Signal signal) throws SQLException;
    }

    /** Throws an {@link SQLException} with this SQLSTATE, such as {@code 40001}. The connection stays as it is. */
    public static JdbcFault error(String sqlState) {
        return before("error " + sqlState, (connection, target, signal) -> {
            throw new SQLException("made by the test: SQLSTATE " + sqlState, sqlState);
        });
    }

    /**
     * Ends the server's side of the connection, by {@code pg_terminate_backend} from a second connection, and returns
     * once it is gone: the step, or the next one if this one was carried out, fails as the driver says, with SQLSTATE
     * 57P01 or, where it finds the socket closed first, 08006. Where a connection is opened, it needs
     * {@link #afterwards}.
     */
    public static JdbcFault terminate() {
        return before("terminated backend", (connection, target, signal) -> {
            if (connection != null) {
                end(connection.unwrap(PGConnection.class).getBackendPID(), target);
            }
        });
    }

    /**
     * Closes the socket without a word to the server, and throws with SQLSTATE 08006, as a network does: after a
     * commit, nobody on this side knows whether it was carried out.
     */
    public static JdbcFault cut() {
        return before("cut", (connection, target, signal) -> {
            if (connection != null) {
                connection.abort(Runnable::run);
            }
            throw new SQLException("made by the test: the connection was cut", "08006");
        });
    }

    /** Waits until {@link FaultyDataSource#release}; then goes on as if nothing had been. */
    public static JdbcFault stall() {
        return before("stall", (connection, target, signal) -> {
            try {
                signal.stall();
            } catch (IOException e) {
                throw new SQLException("made by the test: the stall was interrupted", "08006", e);
            }
        });
    }

    /** Lets somebody else carry out a statement, on a second connection and committed, and goes on as if nothing had been. */
    public static JdbcFault meanwhile(String sql) {
        return before("meanwhile " + sql, (connection, target, signal) -> {
            try (Connection second = target.getConnection();
                    PreparedStatement statement = second.prepareStatement(sql)) {
                statement.execute();
            }
        });
    }

    /** Returns the same fault after the step was carried out. */
    public JdbcFault afterwards() {
        return new JdbcFault(description + " afterwards", true, event);
    }

    /** Lets this fault happen to every step that meets the condition; the rule narrows it further. */
    public FaultRule<JdbcFault, JdbcStep> on(Predicate<JdbcStep> condition) {
        return FaultRule.always(this, condition);
    }

    @Override
    public String toString() {
        return description;
    }

    boolean isAfterwards() {
        return afterwards;
    }

    /** Lets it happen to a connection; to none if that is about to be opened. */
    void happen(@Nullable Connection connection, DataSource target, Signal signal) throws SQLException {
        event.happen(connection, target, signal);
    }

    private static JdbcFault before(String description, Event event) {
        return new JdbcFault(description, false, event);
    }

    private static void end(int pid, DataSource target) throws SQLException {
        try (Connection second = target.getConnection();
                PreparedStatement statement = second.prepareStatement("SELECT pg_terminate_backend(?, ?)")) {
            statement.setInt(1, pid);
            statement.setInt(2, MOST_MILLIS_TO_DIE);
            statement.execute();
        }
    }
}
