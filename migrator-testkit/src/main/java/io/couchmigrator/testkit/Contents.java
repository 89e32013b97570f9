// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Everything in a database at one moment. Immutable: a request answered from it sees one snapshot, as on the server.
 *
 * @param sequence how many changes there were so far
 */
record Contents(
        RankedMap<ByteString, StoredDocument> live,
        RankedMap<ByteString, StoredDocument> deleted,
        RankedMap<Long, StoredDocument> changes,
        long sequence) {

    static Contents empty() {
        return new Contents(RankedMap.empty(), RankedMap.empty(), RankedMap.empty(), 0);
    }

    @Nullable
    StoredDocument find(ByteString id) {
        StoredDocument document = live.get(id);
        return document == null ? deleted.get(id) : document;
    }

    /** Returns these contents after one more change. */
    Contents with(ByteString id, Revision revision, StoredDocument.Kind kind, ByteString body) {
        StoredDocument document = new StoredDocument(id, revision, sequence + 1, kind, body);
        StoredDocument former = find(id);
        RankedMap<Long, StoredDocument> others = former == null ? changes : changes.remove(former.sequence());
        return new Contents(
                document.deleted() ? live.remove(id) : live.put(id, document),
                document.deleted() ? deleted.put(id, document) : deleted.remove(id),
                others.put(document.sequence(), document),
                document.sequence());
    }

    /** Returns these contents with a document that turned into another kind without being changed. */
    Contents withKind(StoredDocument document, StoredDocument.Kind kind) {
        StoredDocument other = document.as(kind);
        return new Contents(live.put(other.id(), other), deleted, changes.put(other.sequence(), other), sequence);
    }
}
