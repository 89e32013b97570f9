// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import okio.ByteString;

/** A fault in what an answer says. */
final class ContentFault extends Fault {
    /** Nothing goes wrong. */
    static final ContentFault NONE = new ContentFault("none", "", "", 0);

    private final String hidden;
    private final String omitted;
    private final long difference;

    private ContentFault(String description, String hidden, String omitted, long difference) {
        super(description);
        this.hidden = hidden;
        this.omitted = omitted;
        this.difference = difference;
    }

    static ContentFault hiding(String id) {
        return new ContentFault("null body of " + id, id, "", 0);
    }

    static ContentFault omitting(String id) {
        return new ContentFault("no row of " + id, "", id, 0);
    }

    static ContentFault displacing(long difference) {
        return new ContentFault("offset wrong by " + difference, "", "", difference);
    }

    @Override
    boolean hides(StoredDocument document) {
        return is(hidden, document);
    }

    @Override
    boolean omits(StoredDocument document) {
        return is(omitted, document);
    }

    @Override
    long offset(long exact) {
        return exact + difference;
    }

    private static boolean is(String id, StoredDocument document) {
        return !id.isEmpty() && document.id().equals(ByteString.encodeUtf8(id));
    }
}
