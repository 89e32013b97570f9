// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.faults.FaultScript;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataSource} around another, of PostgreSQL, whose connections fail where a test scripts it: at the n-th
 * connection, statement, copy or commit, or at some by a seed.
 *
 * <pre>{@code
 * FaultyDataSource target = FaultyDataSource.around(database.dataSource());
 * target.script(JdbcFault.cut().afterwards().on(JdbcStep.commits()).nth(3));
 * target.script(JdbcFault.error("40001").on(JdbcStep.statements("insert into")).chance(0.1, seed));
 * migrate(target);
 * }</pre>
 *
 * <p>Steps are counted over all connections. Rolling back, closing and reading results never fail on purpose, and with
 * auto-commit there are no commits. Thread-safe, as far as the other one is. It holds nothing that must be closed.
 */
public final class FaultyDataSource implements DataSource {
    private final DataSource target;
    private final Signal signal = new Signal();
    private final FaultScript<JdbcFault, JdbcStep> script = new FaultScript<>();

    private FaultyDataSource(DataSource target) {
        this.target = target;
    }

    /** Returns a data source whose connections are this one's; without a script nothing fails. */
    public static FaultyDataSource around(DataSource target) {
        return new FaultyDataSource(target);
    }

    /** Lets a fault happen to steps from now on; of several that could, the one scripted first does. */
    public ScriptedFault script(FaultRule<JdbcFault, JdbcStep> rule) {
        return script.add(rule);
    }

    /** Ends all faults, and lets go on what is stalled. */
    public void heal() {
        script.clear();
        release();
    }

    /** Lets go on all steps that are stalled now. */
    public void release() {
        signal.release();
    }

    /**
     * Waits until so many steps are stalled at once.
     *
     * @throws AssertionError if they are not in time
     * @throws IOException if the waiting is interrupted
     */
    public void awaitStalled(int count, Duration atMost) throws IOException {
        if (!signal.awaitStalled(count, atMost)) {
            throw new AssertionError("Expected " + count + " stalled steps within " + atMost + " but there were fewer");
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        return opened(target::getConnection);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return opened(() -> target.getConnection(user, password));
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return target.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        target.setLogWriter(writer);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        target.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return target.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(Logger.GLOBAL_LOGGER_NAME);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : target.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || target.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return "faulty " + target;
    }

    /** Something that a connection does. */
    @FunctionalInterface
    interface Action {
        @Nullable
        Object carryOut() throws Exception;
    }

    /** Carries a step out, with the fault that is due. */
    @Nullable
    Object step(JdbcStep step, Connection connection, Action action) throws Exception {
        Optional<JdbcFault> fault = script.next(step);
        if (fault.isPresent() && !fault.get().isAfterwards()) {
            fault.get().happen(connection, target, signal);
        }
        Object result = action.carryOut();
        if (fault.isPresent() && fault.get().isAfterwards()) {
            fault.get().happen(connection, target, signal);
        }
        return result;
    }

    private interface Opening {
        Connection open() throws SQLException;
    }

    private Connection opened(Opening opening) throws SQLException {
        Optional<JdbcFault> fault = script.next(new JdbcStep(JdbcStep.Kind.CONNECT, ""));
        if (fault.isPresent() && !fault.get().isAfterwards()) {
            fault.get().happen(null, target, signal);
        }
        Connection connection = opening.open();
        if (fault.isPresent() && fault.get().isAfterwards()) {
            try {
                fault.get().happen(connection, target, signal);
            } catch (SQLException e) {
                try (connection) {
                    throw e;
                }
            }
        }
        return FaultyCalls.onConnection(connection, this);
    }
}
