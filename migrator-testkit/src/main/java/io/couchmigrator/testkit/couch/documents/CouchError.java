// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

/** An answer other than success, as CouchDB words it. */
public final class CouchError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;

    /** Words an error: its status, its kind and what CouchDB says to people. */
    public CouchError(int status, String error, String reason) {
        super(reason);
        this.status = status;
        this.error = error;
    }

    /** Returns the 404 of a database that is not there. */
    public static CouchError missingDatabase() {
        return new CouchError(404, "not_found", "Database does not exist.");
    }

    /** Returns the 409 of an edit that does not name the current revision. */
    public static CouchError conflict() {
        return new CouchError(409, "conflict", "Document update conflict.");
    }

    /** Returns the 501 of what the double does not know. */
    public static CouchError notSupported(String what) {
        return new CouchError(501, "not_supported", "The CouchDB double does not know " + what + ".");
    }

    /** Returns the HTTP status. */
    public int status() {
        return status;
    }

    /** The answer's members, without braces, so that rows of {@code _bulk_docs} can hold them too. */
    public String members() {
        return "\"error\":" + JsonText.quote(error) + ",\"reason\":" + JsonText.quote(String.valueOf(getMessage()));
    }
}
