// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.retry.PassingException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Attempts at statements with rows, and whether an error of one is the fault of a row: everything is that may be, unless
 * the same statement without rows meets it as well. Used by one thread at a time, for one batch.
 */
public final class RowAttempts {
    private final Session session;
    private final String what;
    private final Session.Work<?> withoutRows;
    /** The states that are known not to be met without rows. */
    private final Set<String> ofRows = new HashSet<>();

    /**
     * @param what what is attempted, after "could not"
     * @param withoutRows the same without rows
     */
    public RowAttempts(Session session, String what, Session.Work<?> withoutRows) {
        this.session = session;
        this.what = what;
        this.withoutRows = withoutRows;
    }

    /**
     * Makes one attempt, a transaction of its own.
     *
     * @param items how many the rows are of
     * @throws RefusedException if one of them may be to blame, or if they were too many for the time, or whatever else, that a statement has
     * @throws io.couchmigrator.TargetException if no rows at all would pass
     */
    public <T> T make(int items, Session.Work<T> work) throws PassingException {
        try {
            return session.transaction(work);
        } catch (Session.NotBegunException e) {
            throw session.passing(what, e);
        } catch (SQLException e) {
            SqlFault fault = SqlFault.of(e);
            boolean fewerMayPass = fault.isOfTooMuch() && items > 1;
            if (fewerMayPass || (!fault.isPassing() && isOfRows(fault))) {
                throw new RefusedException(fault);
            }
            throw session.passing(what, e);
        }
    }

    private boolean isOfRows(SqlFault fault) throws PassingException {
        return ofRows.contains(fault.sqlState()) || (!isMetWithoutRows(fault) && ofRows.add(fault.sqlState()));
    }

    private boolean isMetWithoutRows(SqlFault fault) throws PassingException {
        return rehearse(this::attemptWithoutRows)
                .filter(met -> met.sqlState().equals(fault.sqlState()))
                .isPresent();
    }

    /** Makes one attempt that comes to nothing, and returns the error that it meets; empty if it meets none. */
    public Optional<SqlFault> rehearse(Session.Work<?> work) throws PassingException {
        try {
            session.rehearse(work);
            return Optional.empty();
        } catch (Session.NotBegunException e) {
            throw session.passing(what, e);
        } catch (SQLException e) {
            SqlFault met = SqlFault.of(e);
            if (met.isPassing()) {
                throw session.passing(what, e);
            }
            return Optional.of(met);
        }
    }

    /** A writer of a caller's may count on rows, which tells nothing of the target. */
    private boolean attemptWithoutRows(Connection connection) throws SQLException {
        try {
            withoutRows.in(connection);
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** The target refused rows for what one of them is, or for how many they are; never leaves the engine. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient SqlFault fault;

        public RefusedException(SqlFault fault) {
            super(fault.withoutValues(), null, false, false);
            this.fault = fault;
        }

        /** Returns what the target said. */
        public SqlFault fault() {
            return fault;
        }
    }
}
