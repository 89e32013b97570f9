// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Everything in a database at one moment. Immutable: a request answered from it sees one snapshot, as on the server.
 *
 * @param sequence how many changes there were so far; requests to purge count too, though no feed has them
 */
public record Contents(
        RankedMap<ByteString, StoredDocument> live,
        RankedMap<ByteString, StoredDocument> deleted,
        RankedMap<Long, StoredDocument> changes,
        long sequence,
        Purges purges) {

    /** Returns what is in a new database. */
    public static Contents empty() {
        return new Contents(RankedMap.empty(), RankedMap.empty(), RankedMap.empty(), 0, Purges.none());
    }

    /** Returns a document or its tombstone; null if there never was one. */
    public @Nullable StoredDocument find(ByteString id) {
        StoredDocument document = live.get(id);
        return document == null ? deleted.get(id) : document;
    }

    /** Returns these contents after one more change: a document whose sequence is the next. */
    public Contents with(StoredDocument document) {
        ByteString id = document.id();
        StoredDocument former = find(id);
        RankedMap<Long, StoredDocument> others = former == null ? changes : changes.remove(former.sequence());
        return new Contents(
                document.deleted() ? live.remove(id) : live.put(id, document),
                document.deleted() ? deleted.put(id, document) : deleted.remove(id),
                others.put(document.sequence(), document),
                document.sequence(),
                purges);
    }

    /** Returns these contents after these edits, one after another: much faster at once where there were none before. */
    public Contents withAll(Iterator<NewDocument> documents) {
        Contents next = sequence == 0 ? loaded(documents, purges) : this;
        while (documents.hasNext()) {
            NewDocument document = documents.next();
            next = next.with(document.after(next.find(document.id()), next.sequence + 1));
        }
        return next;
    }

    /** Returns these contents after replication brought a document with the revision that it states. */
    public Contents withReplicated(NewDocument document) {
        StoredDocument former = find(document.id());
        StoredDocument grown = document.beside(former, sequence + 1);
        return grown.equals(former) ? this : with(grown);
    }

    private static Contents loaded(Iterator<NewDocument> documents, Purges purges) {
        SortedMap<ByteString, StoredDocument> byId = new TreeMap<>();
        long sequence = 0;
        while (documents.hasNext()) {
            NewDocument document = documents.next();
            sequence++;
            byId.put(document.id(), document.after(byId.get(document.id()), sequence));
        }
        return of(byId.values(), sequence, purges);
    }

    private static Contents of(Collection<StoredDocument> documents, long sequence, Purges purges) {
        List<StoredDocument> live =
                documents.stream().filter(document -> !document.deleted()).toList();
        List<StoredDocument> deleted =
                documents.stream().filter(StoredDocument::deleted).toList();
        List<StoredDocument> changes = documents.stream()
                .sorted(Comparator.comparingLong(StoredDocument::sequence))
                .toList();
        return new Contents(
                RankedMap.ofSorted(live, StoredDocument::id),
                RankedMap.ofSorted(deleted, StoredDocument::id),
                RankedMap.ofSorted(changes, StoredDocument::sequence),
                sequence,
                purges);
    }

    /** Returns these contents with a document that turned into another kind without being changed. */
    public Contents withKind(StoredDocument document, StoredDocument.Kind kind) {
        StoredDocument other = document.as(kind);
        return new Contents(
                live.put(other.id(), other), deleted, changes.put(other.sequence(), other), sequence, purges);
    }

    /** Returns these contents after one request to purge: what it meets is gone, and leaves no tombstone. */
    public Contents without(List<Purge> requested) {
        if (requested.isEmpty()) {
            return this;
        }
        Contents rest = this;
        for (Purge purge : requested) {
            StoredDocument document = rest.find(purge.id());
            if (document != null && !document.losers().isEmpty()) {
                throw CouchError.notSupported("purges of documents with conflicts");
            }
            rest = document != null && purge.meets(document) ? rest.without(document) : rest;
        }
        return new Contents(rest.live, rest.deleted, rest.changes, sequence + 1, purges.and(requested));
    }

    private Contents without(StoredDocument document) {
        return new Contents(
                live.remove(document.id()),
                deleted.remove(document.id()),
                changes.remove(document.sequence()),
                sequence,
                purges);
    }

    /** Returns these contents where so many purges are remembered. */
    public Contents remembering(int limit) {
        return new Contents(live, deleted, changes, sequence, purges.limit(limit));
    }
}
