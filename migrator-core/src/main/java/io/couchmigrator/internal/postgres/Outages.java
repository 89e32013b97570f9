// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.retry.PassingException;
import java.sql.SQLException;
import java.util.Set;

/** Tells errors of a server that may pass from those that end a run, which say what to do. */
public final class Outages {
    /** A statement of this name is there already, or is not there. */
    private static final Set<String> OF_NAMES = Set.of("42P05", "26000");

    private static final String LOCKED = "55P03";

    private Outages() {}

    private static final class Passing extends PassingException {
        private static final long serialVersionUID = 1L;

        private final boolean ofLock;

        Passing(SqlFault fault, TargetException whenGivenUp, String seen) {
            super(whenGivenUp, seen, null);
            this.ofLock = fault.sqlState().equals(LOCKED);
        }

        @Override
        public boolean isOfLock() {
            return ofLock;
        }
    }

    /**
     * Returns an error of a server as one that may pass.
     *
     * @throws TargetException if it will not
     */
    public static PassingException passing(String server, String what, SQLException e) {
        SqlFault fault = SqlFault.of(e);
        boolean begun = !(e instanceof Session.NotBegunException);
        return passing("%s: could not %s".formatted(server, what), fault, begun ? fault.seen() : fault.said(), e);
    }

    /**
     * Returns an error of connecting, of which no value of a row can be part, as one that may pass.
     *
     * @throws TargetException if it will not
     */
    public static PassingException connecting(String server, SQLException e) {
        SqlFault fault = SqlFault.of(e);
        return passing("%s: could not connect".formatted(server), fault, fault.said(), e);
    }

    private static PassingException passing(String failed, SqlFault fault, String seen, SQLException e) {
        SQLException cause = SqlFault.withoutValues(e);
        String message = "%s: %s: ".formatted(failed, seen);
        if (fault.isPassing()) {
            return new Passing(fault, new TargetException(message + passingAdvice(fault), cause), seen);
        }
        throw new TargetException(message + advice(fault), cause);
    }

    private static String passingAdvice(SqlFault fault) {
        return switch (fault.sqlState()) {
            case LOCKED ->
                "wait until the session is over that holds a lock on a table, or end it: pg_locks tells which";
            case "53300" ->
                "end sessions that nobody needs, or raise the limit of the server (max_connections), the database or the role";
            case "53400" -> "raise the limit that it names, such as temp_file_limit";
            case "57014" -> "give statements more time, and see what keeps the server busy";
            default -> "check that the server runs and can be reached from here";
        };
    }

    private static String advice(SqlFault fault) {
        if (fault.isOfMissingPassword()) {
            return "set PGPASSWORD, or add the database to ~/.pgpass, or to the file that PGPASSFILE names, if that is set";
        }
        if (OF_NAMES.contains(fault.sqlState())) {
            return "a pooler lends server connections on which statements have names: let every program behind it set prepareThreshold=0 in its URL, and end the connections that it has";
        }
        if (fault.isOfHostName()) {
            return "connect by a name that is in the server's certificate, or give the server one for this name";
        }
        if (fault.isOfTimeZone()) {
            return "the server has no such time zone: start Java with -Duser.timezone=UTC";
        }
        return switch (fault.sqlState().length() < 2 ? "" : fault.sqlState().substring(0, 2)) {
            case "08", "28" -> "check user, password and TLS settings";
            case "3D" -> "check the database's name";
            case "42" -> "grant the privilege, or mend the table, and try again";
            default -> "mend the target and try again";
        };
    }
}
