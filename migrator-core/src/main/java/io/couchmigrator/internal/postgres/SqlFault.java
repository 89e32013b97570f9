// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.io.IOException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What an SQL error means for the run. Never holds the server's detail line, which quotes values.
 *
 * @param kind whether it may pass, or whose fault it is
 * @param sqlState the SQLSTATE; empty where the driver gave none
 * @param table the table it is about, if the server says so
 * @param column the column it is about, if the server says so
 * @param constraint the constraint it is about, if the server says so
 * @param message what the server says, in one line
 * @param raised what a function of the target's own says by RAISE, which may quote values, in one line; empty where the
 *     server itself speaks
 * @param raisedAt the function and line of that RAISE, as the server tells them; empty where there is none
 * @param limit the limit of the server's that a value goes beyond; empty if it is about anything else
 */
public record SqlFault(
        Kind kind,
        String sqlState,
        Optional<String> table,
        Optional<String> column,
        Optional<String> constraint,
        String message,
        Optional<String> raised,
        Optional<String> raisedAt,
        Optional<Limit> limit) {
    /** Whose fault it is. */
    public enum Kind {
        /** Another attempt may succeed. */
        PASSING,
        /** It will not pass. Of a statement with rows, the fault of a row; unless the same statement without rows meets it as well. */
        REFUSED
    }

    private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "58");
    private static final Set<String> PASSING_STATES =
            Set.of("55P03", "57014", "57P01", "57P02", "57P03", "57P05", "25006", "25P03", "25P04");

    /** By statement_timeout or somebody, by transaction_timeout, and for a limit such as temp_file_limit. */
    private static final Set<String> TOO_MUCH = Set.of("57014", "25P04", "53400");

    /** A unique index has such a value, or an exclusion constraint one that excludes it. */
    private static final Set<String> TAKEN = Set.of("23505", "23P01");

    private static final String NOT_SUPPORTED = "0A000";

    /**
     * Where the server finds that a table changed under a statement that it keeps by name. The driver prepares all its
     * statements anew then; the message says so in the server's language, the routine in one.
     */
    private static final String CACHED_PLAN = "RevalidateCachedQuery";

    /** Where PL/pgSQL carries out RAISE, with whatever state it is told. */
    private static final String RAISE = "exec_stmt_raise";

    private static final int LONGEST_MESSAGE = 300;
    private static final int LONGEST_RAISED = 200;

    /** No password was given, or the server offers no TLS: nothing that time will change. */
    private static final String REFUSED_BY_DRIVER = "08004";

    /** The state of what the server refuses to begin with, or a function to take. */
    private static final String BAD_PARAMETER = "22023";

    /** What the driver names, in whatever language, where a server's certificate is for other hosts. */
    private static final String OF_HOST_NAME = "PgjdbcHostnameVerifier";

    /** A chain of causes may be a circle. */
    private static final int MOST_CAUSES = 10;

    /** Returns the error of PostgreSQL that an exception of ours has for its cause. */
    public static Optional<SqlFault> causing(Throwable failure) {
        return failure.getCause() instanceof SQLException sql ? Optional.of(of(sql)) : Optional.empty();
    }

    /** Returns whether another attempt may well succeed. */
    public boolean isPassing() {
        return kind == Kind.PASSING;
    }

    /**
     * Returns whether a statement with less to do may pass: this one or its transaction was cancelled, for its time or by
     * somebody, or needed more of something than it may have.
     */
    public boolean isOfTooMuch() {
        return isPassing() && TOO_MUCH.contains(sqlState);
    }

    /** Returns whether a row would have a value that belongs to another one, which may give it up. */
    public boolean isOfAnotherRow() {
        return TAKEN.contains(sqlState);
    }

    /** Returns what an error means. */
    public static SqlFault of(SQLException thrown) {
        SQLException e = telling(thrown);
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        ServerErrorMessage server = e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        return new SqlFault(
                kind(e, state, server),
                state,
                Optional.ofNullable(server).map(ServerErrorMessage::getTable),
                Optional.ofNullable(server).map(ServerErrorMessage::getColumn),
                Optional.ofNullable(server).map(ServerErrorMessage::getConstraint),
                unknownHost(e)
                        .map("there is no host \"%s\", check its name and the name server"::formatted)
                        .orElseGet(
                                () -> oneLine(server == null ? e.getMessage() : server.getMessage(), LONGEST_MESSAGE)),
                Optional.ofNullable(server)
                        .filter(said -> state.startsWith("P0") || isRaised(said))
                        .map(said -> oneLine(said.getMessage(), LONGEST_RAISED)),
                Optional.ofNullable(server)
                        .filter(SqlFault::isRaised)
                        .map(ServerErrorMessage::getWhere)
                        .flatMap(where -> where.lines().findFirst()),
                Limit.of(state, server));
    }

    /** The driver says of a host that has no address only that the attempt failed. */
    private static Optional<String> unknownHost(SQLException e) {
        return e.getCause() instanceof UnknownHostException unknown
                ? Optional.ofNullable(unknown.getMessage())
                : Optional.empty();
    }

    /** Returns what tells this fault from others of its kind: the state, what it is about, and which RAISE raised it. */
    public String likeness() {
        return sqlState + " " + constraint.or(this::column).or(this::raisedAt).orElse("");
    }

    /** Returns the code of a document that is rejected for it. */
    public String code() {
        return limit.map(Limit::code).orElse("refused-by-target");
    }

    /** Returns why a document is rejected for it, without the values that a message might quote. */
    public String reason() {
        return limit.map(of -> "%s (%s)".formatted(of.words(), withoutValues())).orElseGet(this::withoutValues);
    }

    /** Returns the state and what it is about, without the values that a message might quote. */
    public String withoutValues() {
        Optional<String> about =
                constraint.map(name -> " on constraint " + name).or(() -> column.map(name -> " on column " + name));
        String of = table.map(name -> (about.isPresent() ? " of table " : " on table ") + name)
                .orElse("");
        return "SQLSTATE " + sqlState + about.orElse("") + of;
    }

    /** Returns whether the server wants a password and the driver was given none. */
    boolean isOfMissingPassword() {
        return sqlState.equals(REFUSED_BY_DRIVER) && message.contains("no password was provided");
    }

    /** Returns whether the driver refused a server's certificate, which is for other hosts. */
    boolean isOfHostName() {
        return message.contains(OF_HOST_NAME);
    }

    /** Returns whether the server does not know the time zone that the driver tells it when it connects. */
    boolean isOfTimeZone() {
        return sqlState.equals(BAD_PARAMETER) && message.contains("\"TimeZone\"");
    }

    /** Returns what the server says and the state; where it would quote values, what it is about instead. */
    public String seen() {
        return quotesValues() ? withoutValues() : said();
    }

    /** Returns what the server says and the state, of an error that no row can have to do with. */
    String said() {
        return message + (sqlState.isEmpty() ? "" : " (SQLSTATE " + sqlState + ")");
    }

    /**
     * Returns an error as one that may be shown and logged: with its state, vendor code and stack trace, but with
     * neither the server's detail line nor the values that a message quotes.
     */
    public static SQLException withoutValues(SQLException e) {
        return withoutValues(e, MOST_CAUSES);
    }

    /** Returns whether PostgreSQL or its driver said it, and no pool alone. */
    public static boolean isOfServer(SQLException e) {
        return telling(e) instanceof PSQLException;
    }

    private static SQLException withoutValues(SQLException e, int causes) {
        SQLException shown = new SQLException(
                "%s: %s".formatted(e.getClass().getName(), of(e).seen()), e.getSQLState(), e.getErrorCode());
        shown.setStackTrace(e.getStackTrace());
        if (e.getCause() instanceof SQLException cause && causes > 0) {
            shown.initCause(withoutValues(cause, causes - 1));
        } else if (e.getCause() instanceof IOException cause) {
            // Why a connection failed; nothing of a statement is in it.
            shown.initCause(cause);
        }
        return shown;
    }

    /** The messages of bad values and violated constraints may quote them, and functions raise what they like. */
    private boolean quotesValues() {
        return raised.isPresent() || sqlState.startsWith("22") || sqlState.startsWith("23");
    }

    private static Kind kind(SQLException e, String state, @Nullable ServerErrorMessage server) {
        String group = state.length() < 2 ? "" : state.substring(0, 2);
        if (isOfCachedPlan(state, server)) {
            return Kind.PASSING;
        }
        if (isRaised(server) || REFUSED_BY_DRIVER.equals(state) || isOfTrust(e)) {
            return Kind.REFUSED;
        }
        if (PASSING_CLASSES.contains(group) || PASSING_STATES.contains(state)) {
            return Kind.PASSING;
        }
        if (state.isEmpty() && (e instanceof SQLTransientException || e instanceof SQLRecoverableException)) {
            return Kind.PASSING;
        }
        return Kind.REFUSED;
    }

    /**
     * A function decided it, by what it was given, and no state of the server. One that catches the server's error and
     * raises it again by a RAISE without anything does not change what it is.
     */
    private static boolean isRaised(@Nullable ServerErrorMessage server) {
        return server != null && RAISE.equals(server.getRoutine());
    }

    private static boolean isOfCachedPlan(String state, @Nullable ServerErrorMessage server) {
        return state.equals(NOT_SUPPORTED) && server != null && CACHED_PLAN.equals(server.getRoutine());
    }

    /** A certificate that is not trusted now will not be trusted in a minute. */
    private static boolean isOfTrust(SQLException e) {
        if (String.valueOf(e.getMessage()).contains(OF_HOST_NAME)) {
            return true;
        }
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable cause = e; cause != null && seen.add(cause); cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
                return true;
            }
        }
        return false;
    }

    /**
     * The first error of the chain that has a state, and says more than that there was one before: a batch and a pool both
     * wrap what the server said.
     */
    private static SQLException telling(SQLException thrown) {
        return withState(thrown)
                .filter(e -> !Begun.ABORTED.equals(e.getSQLState()))
                .findFirst()
                .or(() -> withState(thrown).findFirst())
                .orElse(thrown);
    }

    /** Returns the errors of the chain that have a state, the outermost first. */
    static Stream<SQLException> withState(SQLException thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return Stream.<SQLException>iterate(thrown, Objects::nonNull, SQLException::getNextException)
                .flatMap(e ->
                        Stream.<Throwable>iterate(e, cause -> cause != null && seen.add(cause), Throwable::getCause))
                .filter(cause -> cause instanceof PSQLException psql && psql.getSQLState() != null)
                .map(SQLException.class::cast);
    }

    private static String oneLine(@Nullable String text, int longest) {
        String line = text == null ? "" : text.replaceAll("\\p{Cntrl}+", " ").strip();
        if (line.codePointCount(0, line.length()) <= longest) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, longest)) + "…";
    }
}
