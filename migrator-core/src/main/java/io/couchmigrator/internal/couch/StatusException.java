// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

/** The HTTP status behind a terminal error. */
public final class StatusException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofOneDatabase;

    /**
     * Creates one.
     *
     * @param ofAccount whether it is about the account, whatever is asked for
     */
    StatusException(int status, boolean ofAccount) {
        super("HTTP status " + status);
        this.ofOneDatabase = !ofAccount && (status == 403 || status == 404);
    }

    /** Returns whether the error is about one database, so that others are still worth asking for. */
    public boolean isOfOneDatabase() {
        return ofOneDatabase;
    }
}
