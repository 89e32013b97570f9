// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.StoppedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the target, borrowed for a whole run and replaced when it breaks. Used by one thread at a time; another
 * one may give up what it has in hand.
 *
 * <p>Every piece of work is a transaction of its own, whose settings are local to it: nothing of them is left on the
 * connection, nor on a server connection that a pooler shares.
 */
public final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private static final String BEGIN = "select " + TransactionSettings.sql() + ", pg_backend_pid() as process";

    /** How long to wait for a connection, unless told otherwise. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final Loan loan;
    private final InHand inHand = new InHand();
    private final String name;
    private @Nullable Connection connection;
    private @Nullable NamedStatements named;
    private boolean autoCommit;
    private @Nullable Timeline timeline;
    private WrittenOids written = WrittenOids.NONE;
    private Gate gate = anew -> {};

    /** Creates one without a connection. */
    public Session(DataSource target) {
        this(target, TargetName.of(target));
    }

    /**
     * Creates one without a connection.
     *
     * @param name what messages call the target
     */
    public Session(DataSource target, String name) {
        this.loan = new Loan(target);
        this.name = name;
    }

    /** Holds every transaction from now on to this timeline. */
    public void hold(Timeline expected) {
        timeline = expected;
    }

    /** Holds every transaction from now on to these tables. */
    public void hold(WrittenOids expected) {
        written = expected;
    }

    /** Asks here before every transaction from now on. */
    public void ask(Gate before) {
        gate = before;
    }

    /** Stands before every transaction. */
    @FunctionalInterface
    public interface Gate {
        /**
         * Returns when the transaction may begin.
         *
         * @param anew whether the connection was lost, so that another one is opened for it
         */
        void pass(boolean anew);
    }

    /** Work inside a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it; neither commits nor rolls back. */
        T in(Connection connection) throws SQLException;
    }

    /**
     * An error before the work of a transaction began: no row has to do with it. One without a state, as pools throw them,
     * counts as one that may pass.
     */
    public static final class NotBegunException extends SQLTransientException {
        private static final long serialVersionUID = 1L;

        private NotBegunException(SQLException e) {
            super(e.getMessage(), e.getSQLState(), e.getErrorCode(), e);
        }
    }

    /** Returns whether the connection is there. */
    public boolean isOpen() {
        return connection != null;
    }

    /** Borrows a connection, which it has none of. */
    public void open(Duration atMost) throws SQLException {
        take(loan.within(atMost));
    }

    /**
     * Takes a connection that was borrowed for this session, which has none; it is closed with the session, and at once
     * if it cannot be used.
     */
    void take(Connection borrowed) throws SQLException {
        try {
            autoCommit = borrowed.getAutoCommit();
            named = NamedStatements.of(borrowed);
            borrowed.setAutoCommit(false);
        } catch (Throwable e) {
            try (borrowed) {
                throw e;
            }
        }
        connection = borrowed;
    }

    /**
     * Makes one attempt at a transaction. After an error it is rolled back, and a connection that broke is given up.
     *
     * @throws NotBegunException if the work was not begun
     * @throws StoppedException if it was {@linkplain #giveUp given up}, whatever it met
     * @throws TargetException if the server is on another timeline than it should be, or has another table
     */
    public <T> T transaction(Work<T> work) throws SQLException {
        gate.pass(connection == null);
        inHand.begin();
        try {
            return transaction(connected(), work);
        } catch (SQLException | RuntimeException e) {
            inHand.check();
            throw e;
        } finally {
            inHand.end();
        }
    }

    private <T> T transaction(Connection current, Work<T> work) throws SQLException {
        try {
            inHand.works(current);
            begin(current);
            T result = work.in(current);
            inHand.commits();
            current.commit();
            return result;
        } catch (Throwable e) {
            inHand.rollsBack();
            rollBack(current, e);
            throw e;
        }
    }

    /**
     * A transaction that goes on.
     *
     * @param process the process of the server that it works on; 0 as long as that is not known
     * @param began when it did, by {@link System#nanoTime}
     */
    public record Transaction(int process, long began) {}

    /** Returns what is in hand now; empty where nothing is. May be asked by any thread. */
    public Optional<Transaction> inHand() {
        return inHand.transaction();
    }

    /** Returns whether a transaction is in hand that is not being committed yet. May be asked by any thread. */
    public boolean isWorking() {
        return inHand.isWorking();
    }

    /** Returns whether a transaction is being committed, of which only the server knows what comes of it. By any thread. */
    public boolean isCommitting() {
        return inHand.isCommitting();
    }

    /** Begins no more, and has the server cancel what is in hand, unless that is being committed. By any thread; at once. */
    public void giveUp() {
        inHand.giveUp();
        loan.refuse();
    }

    /** Breaks the connection, so that whoever waits for the server waits no more. By any thread; at once. */
    public void cut() {
        loan.cut();
        inHand.cut();
    }

    private Connection connected() throws NotBegunException {
        try {
            if (connection == null) {
                open(LONGEST_WAIT);
            }
            return Objects.requireNonNull(connection);
        } catch (SQLException e) {
            throw new NotBegunException(e);
        }
    }

    /** One round trip. */
    private void begin(Connection current) throws NotBegunException {
        Timeline expected = timeline;
        String sql = BEGIN + (expected == null ? "" : ", " + Timeline.FILE) + written.sql();
        try (Statement settings = current.createStatement();
                ResultSet row = settings.executeQuery(sql)) {
            row.next();
            int process = row.findColumn("process");
            Objects.requireNonNull(named).ranBy(row.getInt(process));
            inHand.ranBy(row.getInt(process));
            if (expected != null) {
                expected.check(row.getString(process + 1));
            }
            written.check(row, process + (expected == null ? 1 : 2));
        } catch (SQLException e) {
            throw new NotBegunException(e);
        }
    }

    /**
     * Makes one attempt at a transaction that comes to nothing, to see whether it would be committed: it is rolled back once
     * the work is done and what was deferred to its end is checked.
     */
    public <T> T rehearse(Work<T> work) throws SQLException {
        return transaction(connection -> {
            T result = work.in(connection);
            try (Statement deferred = connection.createStatement()) {
                deferred.execute("set constraints all immediate");
            }
            connection.rollback();
            return result;
        });
    }

    /** Makes one attempt at a transaction in which no error can be the fault of a row. */
    public <T> T attempt(String what, Work<T> work) throws PassingException {
        try {
            return transaction(work);
        } catch (SQLException e) {
            throw passing(what, e);
        }
    }

    /**
     * Returns an error as one that may pass.
     *
     * @throws TargetException if it will not
     */
    public PassingException passing(String what, SQLException e) {
        return Outages.passing(name, what, e);
    }

    /** Gives the connection back as it came, without what was not committed. */
    @Override
    public void close() {
        Connection current = connection;
        connection = null;
        if (current == null) {
            return;
        }
        try (current) {
            // JDBC commits an open transaction when auto-commit is switched on.
            current.rollback();
            current.setAutoCommit(autoCommit);
            Objects.requireNonNull(named).restore();
            loan.returned();
        } catch (SQLException e) {
            // A connection that broke has nothing left to restore; its pool will notice.
            LOG.debug("a connection could not be given back as it came", SqlFault.withoutValues(e));
        }
    }

    private static boolean isOfConnection(SqlFault fault) {
        return fault.isPassing() && fault.sqlState().startsWith("08");
    }

    private void rollBack(Connection current, Throwable because) {
        try {
            current.rollback();
            if (because instanceof SQLException sql && isOfConnection(SqlFault.of(sql))) {
                close();
            }
        } catch (SQLException e) {
            because.addSuppressed(e);
            close();
        }
    }
}
