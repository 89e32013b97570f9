// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Objects;

/**
 * Thrown by a function of a {@link Stage} for an item that cannot be stored as it is: its condition, the keys of a lookup,
 * its {@link Transform}, or a function of its {@link Writer} that is called for rows.
 */
public final class RejectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Rejects an item.
     *
     * @param code a short, stable word for the kind of fault, such as {@code wrong-type}
     * @param reason what is wrong, for the person who will mend it; without the values of the document
     */
    public RejectException(String code, String reason) {
        super(Objects.requireNonNull(reason, "reason"), null, false, false);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** Returns the kind of fault. */
    public String code() {
        return code;
    }

    /** Returns what is wrong. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
