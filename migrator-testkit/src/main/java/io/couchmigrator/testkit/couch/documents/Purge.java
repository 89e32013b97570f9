// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.util.List;
import okio.ByteString;

/**
 * A wish that revisions of a document be gone, without a tombstone. Immutable.
 *
 * @param revisions in the order of their generations, each once
 */
public record Purge(ByteString id, List<Revision> revisions) {
    /** Sorts the revisions, as the server does before it keeps them. */
    public Purge {
        revisions = revisions.stream().distinct().sorted(Revision.ORDER).toList();
    }

    /** Returns whether it names the revision that a document or its tombstone has. */
    public boolean meets(StoredDocument document) {
        return revisions.contains(document.revision());
    }
}
