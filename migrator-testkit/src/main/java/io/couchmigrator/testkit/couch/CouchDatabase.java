// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.NewDocument;
import io.couchmigrator.testkit.couch.documents.Purge;
import io.couchmigrator.testkit.couch.documents.Revision;
import io.couchmigrator.testkit.couch.documents.SequenceToken;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import okio.ByteString;

/**
 * A database of a {@link CouchDouble}, for tests that fill and change it without HTTP.
 *
 * <p>Thread-safe. Each change is seen by requests that begin after it; a request that is being answered keeps the
 * contents it began with.
 */
public final class CouchDatabase {
    private final String name;
    private final long identity;
    private final long createdAt;
    private final Signal signal;
    private final Map<String, Supplier<Map<String, Long>>> views = new ConcurrentHashMap<>();
    private volatile Contents contents = Contents.empty();
    /** How many changes count more than once in what the database says of itself. */
    private volatile long countedAgain;

    CouchDatabase(String name, long identity, long createdAt, Signal signal) {
        this.name = name;
        this.identity = identity;
        this.createdAt = createdAt;
        this.signal = signal;
    }

    /** Returns the database's name. */
    public String name() {
        return name;
    }

    /** Returns how many documents there are, design documents included, deleted ones not. */
    public long count() {
        return contents.live().size();
    }

    /**
     * Creates a document, or edits the one that has its id.
     *
     * @param document has an {@code _id}; its {@code _rev} is ignored. Attachments with {@code data} are kept as stubs
     * @return the new revision
     * @throws IllegalArgumentException if CouchDB would refuse the document
     */
    public String put(JsonObject document) {
        Revision revision = inProcess(() -> change(NewDocument.unconditional(document), true));
        signal.ring();
        return revision.toString();
    }

    /**
     * Puts many documents; requests see either none or all of them.
     *
     * @param documents as for {@link #put}
     */
    public void load(Stream<JsonObject> documents) {
        inProcess(() -> {
            try (documents) {
                load(documents.map(NewDocument::unconditional).iterator());
            }
            return contents;
        });
        signal.ring();
    }

    private synchronized void load(Iterator<NewDocument> documents) {
        contents = contents.withAll(documents);
    }

    /**
     * Deletes a document.
     *
     * @return the revision of its tombstone
     * @throws IllegalArgumentException if there is no such document
     */
    public String delete(String id) {
        JsonObject tombstone = new JsonObject();
        tombstone.addProperty("_id", id);
        tombstone.addProperty("_deleted", true);
        existing(id);
        return put(tombstone);
    }

    /**
     * Purges a document or its tombstone: nothing tells of it but {@code purge_seq} and {@code _purged_infos}. If it is
     * created again, it begins with a first revision.
     *
     * @return the revision that is gone
     * @throws IllegalArgumentException if there is neither
     */
    public synchronized String purge(String id) {
        StoredDocument document = contents.find(ByteString.encodeUtf8(id));
        if (document == null) {
            throw new IllegalArgumentException(
                    "Expected a document " + id + " or its tombstone in " + name + " but there is neither");
        }
        purge(List.of(new Purge(document.id(), List.of(document.revision()))));
        return document.revision().toString();
    }

    /** Returns a document as a client would read it; empty if there is none or its body is unreadable. */
    public Optional<JsonObject> get(String id) {
        StoredDocument document = contents.live().get(ByteString.encodeUtf8(id));
        if (document == null || document.kind() == StoredDocument.Kind.UNREADABLE) {
            return Optional.empty();
        }
        try {
            return JsonText.parse(document.json()).map(JsonElement::getAsJsonObject);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a document's body unreadable, as a damaged file does: its row carries {@code "doc":null} beside the same
     * revision, and reading it by id is a 500. No change is recorded. {@link #put} or {@link #readable} mends it.
     *
     * @throws IllegalArgumentException if there is no such document, or it was given as raw bytes
     */
    public synchronized void unreadable(String id) {
        StoredDocument document = existing(id);
        if (document.kind() == StoredDocument.Kind.RAW) {
            throw new IllegalArgumentException("Expected a document of JSON but " + id + " was given as raw bytes");
        }
        contents = contents.withKind(document, StoredDocument.Kind.UNREADABLE);
    }

    /**
     * Makes an unreadable document readable again, at the revision it had.
     *
     * @throws IllegalArgumentException if there is no such document
     */
    public synchronized void readable(String id) {
        StoredDocument document = existing(id);
        if (document.kind() == StoredDocument.Kind.UNREADABLE) {
            contents = contents.withKind(document, StoredDocument.Kind.PLAIN);
        }
    }

    /**
     * Creates or edits a document whose JSON is served just as these bytes, whatever they are: broken UTF-8, lone
     * surrogates, depths and numbers that {@link JsonObject} cannot hold.
     *
     * @param body the whole document, braces included; the first {@code "_rev"} in it is its revision, if it is one of CouchDB's
     * @return the new revision
     */
    public String putRaw(String id, byte[] body) {
        ByteString bytes = ByteString.of(body);
        ByteString key = ByteString.encodeUtf8(id);
        Revision revision;
        synchronized (this) {
            StoredDocument former = contents.find(key);
            Revision parent = former == null ? Revision.none() : former.revision();
            revision = Revision.statedIn(bytes).orElseGet(() -> parent.next(false, bytes));
            contents = contents.with(StoredDocument.raw(key, revision, contents.sequence() + 1, bytes));
        }
        signal.ring();
        return revision.toString();
    }

    /** Keeps what the database holds now, for {@link #restore}. */
    public Snapshot snapshot() {
        return new Snapshot(identity, contents);
    }

    /**
     * Puts the database back to an older state, as restoring its shard files from a backup does: it has the documents and
     * revisions it had, its sequence is the one it had then and counts on from there, and its creation time and the
     * sequences it gave before remain its own. A feed since a sequence that it has not reached again has nothing to tell.
     *
     * @throws IllegalArgumentException if it is a snapshot of another database
     */
    public synchronized void restore(Snapshot snapshot) {
        if (snapshot.database() != identity) {
            throw new IllegalArgumentException(
                    "Expected a snapshot of " + name + " but it is of another database: " + snapshot);
        }
        contents = snapshot.contents();
    }

    /**
     * Splits the database's shards, as {@code /_reshard/jobs} does: each part keeps the number of changes that its shard
     * had, so that {@code GET /{db}} counts those before twice; the feed's sequences do not, and so may have a lower number.
     */
    public synchronized void split() {
        countedAgain += countedAgain + contents.sequence();
    }

    /**
     * Answers a view that counts by one key.
     *
     * @param counts asked at each request; its keys are what the view emits as {@code [key]}
     */
    public void view(String designDocument, String view, Supplier<Map<String, Long>> counts) {
        views.put(designDocument + "/" + view, counts);
    }

    long identity() {
        return identity;
    }

    /** When it was created, in seconds since 1970. */
    long createdAt() {
        return createdAt;
    }

    Contents contents() {
        return contents;
    }

    Signal signal() {
        return signal;
    }

    String token(long sequence) {
        return new SequenceToken(identity, sequence).toString();
    }

    /** What the database says of itself. */
    String updateToken(long sequence) {
        String token = token(sequence);
        return (sequence + countedAgain) + token.substring(token.indexOf('-'));
    }

    Optional<Map<String, Long>> counts(String designDocument, String view) {
        return Optional.ofNullable(views.get(designDocument + "/" + view)).map(Supplier::get);
    }

    /**
     * Applies one change.
     *
     * @param force whether it wins over any revision it did not know
     * @throws CouchError if the server would refuse it
     */
    synchronized Revision change(NewDocument document, boolean force) {
        StoredDocument former = contents.find(document.id());
        if (!force && !document.mayFollow(former)) {
            throw CouchError.conflict();
        }
        StoredDocument changed = document.after(former, contents.sequence() + 1);
        contents = contents.with(changed);
        return changed.revision();
    }

    /** Takes a document as replication brings it. */
    synchronized void replicate(NewDocument document) {
        contents = contents.withReplicated(document);
    }

    /** Carries out what one request asks for, and returns what the database held before. */
    synchronized Contents purge(List<Purge> purges) {
        Contents before = contents;
        contents = before.without(purges);
        return before;
    }

    synchronized void rememberPurges(int limit) {
        contents = contents.remembering(limit);
    }

    private StoredDocument existing(String id) {
        StoredDocument document = contents.live().get(ByteString.encodeUtf8(id));
        if (document == null) {
            throw new IllegalArgumentException("Expected a document " + id + " in " + name + " but there is none");
        }
        return document;
    }

    private static <T> T inProcess(Supplier<T> change) {
        try {
            return change.get();
        } catch (CouchError e) {
            throw new IllegalArgumentException("CouchDB would refuse this document: " + e.getMessage(), e);
        }
    }
}
