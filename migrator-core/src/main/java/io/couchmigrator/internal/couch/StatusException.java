// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

/** The HTTP status behind a terminal error. */
public final class StatusException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    StatusException(int status) {
        super("HTTP status " + status);
        this.status = status;
    }

    /** Returns whether the error is about one database, so that others are still worth asking for. */
    public boolean isOfOneDatabase() {
        return status == 403 || status == 404;
    }
}
