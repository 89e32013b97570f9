// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/** What PostgreSQL takes at most of one value, whatever the table's own constraints are. */
public enum Limit {
    /** How long a value may be that is indexed, compressed as the server has it. */
    INDEX("too-long-for-index", "its id, or another value, is longer than an index takes"),
    /** How deep {@code jsonb} may be nested, as far as the server's stack goes. */
    STACK(
            "nested-too-deep",
            "it is nested deeper than max_stack_depth of PostgreSQL allows: raise that, or flatten it"),
    /** How large a number of a type may be, and how many digits it may have after the point. */
    NUMBER("number-out-of-range", "a number in it is beyond what its type holds, which is numeric within jsonb"),
    /** How large a value may be, and how many elements or members it may have. */
    SIZE("too-large", "it, or a part of it, is larger than PostgreSQL takes of one value");

    private static final String PROGRAM_LIMIT_EXCEEDED = "54000";

    /** Where the server makes an entry of an index, which tells of no constraint yet. */
    private static final String INDEX_ENTRY = "index_form_tuple";

    private final String code;
    private final String words;

    Limit(String code, String words) {
        this.code = code;
        this.words = words;
    }

    /** Returns what a document is rejected for that goes beyond it. */
    public String code() {
        return code;
    }

    /** Returns what is wrong with such a document. */
    public String words() {
        return words;
    }

    /** Returns the limit that an error is of: one of the statement's own, since a function of the table's may count what it likes. */
    static Optional<Limit> of(String state, @Nullable ServerErrorMessage server) {
        if (server == null || server.getWhere() != null) {
            return Optional.empty();
        }
        return switch (state) {
            case "54001" -> Optional.of(STACK);
            case "22003" -> Optional.of(NUMBER);
            case PROGRAM_LIMIT_EXCEEDED -> Optional.of(isOfIndex(server) ? INDEX : SIZE);
            default -> Optional.empty();
        };
    }

    private static boolean isOfIndex(ServerErrorMessage server) {
        String routine = server.getRoutine();
        return server.getConstraint() != null || (routine != null && routine.startsWith(INDEX_ENTRY));
    }
}
