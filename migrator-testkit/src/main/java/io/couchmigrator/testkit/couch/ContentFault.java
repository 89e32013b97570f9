// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.StoredDocument;
import okio.ByteString;

/** A fault in what an answer says. */
final class ContentFault extends Fault {
    /** Nothing goes wrong. */
    static final ContentFault NONE = new ContentFault("none", "", "", 0, Integer.MAX_VALUE);

    private final String hidden;
    private final String omitted;
    private final long difference;
    private final int most;

    private ContentFault(String description, String hidden, String omitted, long difference, int most) {
        super(description);
        this.hidden = hidden;
        this.omitted = omitted;
        this.difference = difference;
        this.most = most;
    }

    static ContentFault hiding(String id) {
        return new ContentFault("null body of " + id, id, "", 0, Integer.MAX_VALUE);
    }

    static ContentFault omitting(String id) {
        return new ContentFault("no row of " + id, "", id, 0, Integer.MAX_VALUE);
    }

    static ContentFault displacing(long difference) {
        return new ContentFault("offset wrong by " + difference, "", "", difference, Integer.MAX_VALUE);
    }

    static ContentFault limiting(int rows) {
        return new ContentFault("no more than " + rows + " rows", "", "", 0, rows);
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

    @Override
    int limit(int asked) {
        return Math.min(asked, most);
    }

    private static boolean is(String id, StoredDocument document) {
        return !id.isEmpty() && document.id().equals(ByteString.encodeUtf8(id));
    }
}
