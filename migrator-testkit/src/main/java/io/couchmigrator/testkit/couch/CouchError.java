// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

/** An answer other than success, as CouchDB words it. */
final class CouchError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;

    CouchError(int status, String error, String reason) {
        super(reason);
        this.status = status;
        this.error = error;
    }

    static CouchError missingDatabase() {
        return new CouchError(404, "not_found", "Database does not exist.");
    }

    static CouchError conflict() {
        return new CouchError(409, "conflict", "Document update conflict.");
    }

    static CouchError notSupported(String what) {
        return new CouchError(501, "not_supported", "The CouchDB double does not know " + what + ".");
    }

    int status() {
        return status;
    }

    /** The answer's members, without braces, so that rows of {@code _bulk_docs} can hold them too. */
    String members() {
        return "\"error\":" + JsonText.quote(error) + ",\"reason\":" + JsonText.quote(String.valueOf(getMessage()));
    }
}
