// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import io.couchmigrator.SourceException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HTTP status behind a terminal error. */
public final class StatusException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final Pattern LIMIT_TOO_LARGE = Pattern.compile("Limit is too large(?:.*?(\\d{1,9}))?");

    private final int status;
    private final boolean ofAccount;
    private final String reason;

    /**
     * Creates one.
     *
     * @param ofAccount whether it is about the account, whatever is asked for
     * @param reason what the server says
     */
    StatusException(int status, boolean ofAccount, String reason) {
        super("HTTP status " + status);
        this.status = status;
        this.ofAccount = ofAccount;
        this.reason = reason;
    }

    /** Returns the status behind an error; empty if there is none. */
    public static Optional<StatusException> causing(SourceException e) {
        return e.getCause() instanceof StatusException status ? Optional.of(status) : Optional.empty();
    }

    /**
     * Returns whether the error is about one database, so that others are still worth asking for.
     *
     * @param proven whether the server took the same credentials for another database
     */
    public boolean isOfOneDatabase(boolean proven) {
        return !ofAccount && (status == 403 || status == 404 || (status == 401 && proven));
    }

    /** Returns whether the request was larger than the server, or a proxy in between, takes. */
    boolean isOfTooLargeARequest() {
        return status == 413;
    }

    /** Returns how many rows to ask for after so many were too many, as an operator may set; as many if they were not. */
    int fewerRows(int asked) {
        Matcher matcher = LIMIT_TOO_LARGE.matcher(reason);
        if (status != 400 || !matcher.find() || asked <= 1) {
            return asked;
        }
        int told = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
        return told >= 1 && told < asked ? told : asked / 2;
    }
}
