// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * A step that somebody takes on a {@link FaultyDataSource}. Immutable.
 *
 * @param kind which step
 * @param sql the statement, or that of the copy; empty for the other kinds
 */
public record JdbcStep(Kind kind, String sql) {
    /** The steps that can fail on purpose. */
    public enum Kind {
        /** A connection is opened. */
        CONNECT,
        /** A statement is executed, or a whole batch of it. */
        STATEMENT,
        /** Rows are copied by {@link org.postgresql.copy.CopyIn}: all are sent, and the copy is about to end. */
        COPY,
        /** A transaction is committed by {@link java.sql.Connection#commit}. */
        COMMIT
    }

    /** Every step. */
    public static Predicate<JdbcStep> any() {
        return step -> true;
    }

    /** Connections being opened. */
    public static Predicate<JdbcStep> connects() {
        return step -> step.kind == Kind.CONNECT;
    }

    /** Statements. */
    public static Predicate<JdbcStep> statements() {
        return step -> step.kind == Kind.STATEMENT;
    }

    /** Statements that contain this text, in upper or lower case. */
    public static Predicate<JdbcStep> statements(String text) {
        String part = text.toLowerCase(Locale.ROOT);
        return statements().and(step -> step.sql.toLowerCase(Locale.ROOT).contains(part));
    }

    /** Copies. */
    public static Predicate<JdbcStep> copies() {
        return step -> step.kind == Kind.COPY;
    }

    /** Commits. */
    public static Predicate<JdbcStep> commits() {
        return step -> step.kind == Kind.COMMIT;
    }
}
