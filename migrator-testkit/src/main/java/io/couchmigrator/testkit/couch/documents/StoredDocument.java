// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import okio.Buffer;
import okio.BufferedSink;
import okio.ByteString;

/**
 * One document as it is kept: already serialized, since it is read far more often than written.
 *
 * @param id the UTF-8 bytes of its id, whose order is the server's
 * @param revision the one that wins where there is a conflict
 * @param ancestors the revisions that led to it
 * @param sequence when it was last changed
 * @param body what follows {@code "_rev":"…"} in its JSON, from the comma to the closing brace; for {@link Kind#RAW} the
 *     whole document
 * @param losers what else there is at an end of its tree of revisions, tombstones too, each without losers of its own
 */
public record StoredDocument(
        ByteString id,
        Revision revision,
        List<Revision> ancestors,
        long sequence,
        Kind kind,
        ByteString body,
        List<StoredDocument> losers) {
    /** What is there wins over tombstones. */
    private static final Comparator<StoredDocument> WINNER_FIRST = Comparator.comparing(StoredDocument::deleted)
            .thenComparing(StoredDocument::revision, Revision.ORDER.reversed());

    /** How it is kept. */
    public enum Kind {
        PLAIN,
        /** Bytes that a test wants served just so. */
        RAW,
        /** The body is lost: rows carry {@code "doc":null} beside a normal revision. */
        UNREADABLE,
        DELETED
    }

    /** Returns whether it is a tombstone. */
    public boolean deleted() {
        return kind == Kind.DELETED;
    }

    /** Returns a document of just these bytes, which knows of no other revision. */
    public static StoredDocument raw(ByteString id, Revision revision, long sequence, ByteString bytes) {
        return new StoredDocument(id, revision, List.of(), sequence, Kind.RAW, bytes, List.of());
    }

    StoredDocument as(Kind other) {
        return new StoredDocument(id, revision, ancestors, sequence, other, body, losers);
    }

    /** Returns what is at the ends of its tree of revisions, the winner first. */
    public Stream<StoredDocument> leaves() {
        return Stream.concat(Stream.of(this), losers.stream());
    }

    /** Returns whether a revision is in its tree, at an end or on the way to one. */
    public boolean knows(Revision asked) {
        return leaves().anyMatch(leaf -> leaf.revision.equals(asked) || leaf.ancestors.contains(asked));
    }

    /** Returns the revisions that lead to what comes after it. */
    List<Revision> lineage() {
        return Stream.concat(ancestors.stream(), Stream.of(revision)).toList();
    }

    /** Returns the document with one leaf more, in the place of the one that led to it. */
    StoredDocument grown(StoredDocument leaf) {
        List<StoredDocument> leaves = Stream.concat(
                        leaves().filter(other -> !leaf.ancestors.contains(other.revision)), Stream.of(leaf))
                .sorted(WINNER_FIRST)
                .toList();
        StoredDocument winner = leaves.get(0);
        return new StoredDocument(
                id,
                winner.revision,
                winner.ancestors,
                leaf.sequence,
                winner.kind,
                winner.body,
                leaves.stream().skip(1).map(StoredDocument::alone).toList());
    }

    private StoredDocument alone() {
        return new StoredDocument(id, revision, ancestors, sequence, kind, body, List.of());
    }

    /** Writes the document as JSON, {@code null} if it is unreadable. */
    public void writeTo(BufferedSink sink) throws IOException {
        switch (kind) {
            case RAW -> sink.write(body);
            case UNREADABLE -> sink.writeUtf8("null");
            case PLAIN -> {
                writeHead(sink);
                sink.write(body);
            }
            case DELETED -> {
                writeHead(sink);
                sink.writeUtf8(",\"_deleted\":true").write(body);
            }
        }
    }

    /** Returns the document as JSON, {@code null} if it is unreadable. */
    public ByteString json() throws IOException {
        Buffer buffer = new Buffer();
        writeTo(buffer);
        return buffer.readByteString();
    }

    private void writeHead(BufferedSink sink) throws IOException {
        sink.writeUtf8("{\"_id\":");
        JsonText.quote(id, sink);
        sink.writeUtf8(",\"_rev\":\"").writeUtf8(revision.toString()).writeByte('"');
    }
}
