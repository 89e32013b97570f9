// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.io.IOException;
import okio.Buffer;
import okio.BufferedSink;
import okio.ByteString;

/**
 * One document as it is kept: already serialized, since it is read far more often than written.
 *
 * @param id the UTF-8 bytes of its id, whose order is the server's
 * @param sequence when it was last changed
 * @param body what follows {@code "_rev":"…"} in its JSON, from the comma to the closing brace; for {@link Kind#RAW} the
 *     whole document
 */
public record StoredDocument(ByteString id, Revision revision, long sequence, Kind kind, ByteString body) {
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

    StoredDocument as(Kind other) {
        return new StoredDocument(id, revision, sequence, other, body);
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
