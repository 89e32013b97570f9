// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.JsonText;
import io.couchmigrator.testkit.couch.documents.StoredDocument;
import io.couchmigrator.testkit.couch.wire.CutException;
import java.io.IOException;
import okio.BufferedSink;
import okio.ByteString;
import okio.Okio;
import okio.Sink;

/** The body of an answer while it is written: it knows its rows, so that a fault can end it after one. */
final class Payload {
    private final BufferedSink out;
    private final Fault fault;
    private int rows;

    Payload(Sink wire, Fault fault) throws IOException {
        this.out = Okio.buffer(wire);
        this.fault = fault;
        cutIfTold();
    }

    Payload text(String text) throws IOException {
        out.writeUtf8(text);
        return this;
    }

    Payload quoted(ByteString utf8) throws IOException {
        JsonText.quote(utf8, out);
        return this;
    }

    Payload bytes(ByteString bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** Writes a document's JSON, {@code null} if it cannot be read. */
    Payload document(StoredDocument document) throws IOException {
        if (fault.hides(document)) {
            out.writeUtf8("null");
        } else {
            document.writeTo(out);
        }
        return this;
    }

    /** Writes those of a document's fields, {@code null} if it cannot be read. */
    Payload document(StoredDocument document, Fields fields) throws IOException {
        if (fault.hides(document) || document.kind() == StoredDocument.Kind.UNREADABLE) {
            return text("null");
        }
        return bytes(fields.of(document));
    }

    void endRow() throws IOException {
        rows++;
        cutIfTold();
    }

    /** Sends what was written so far. */
    void flush() throws IOException {
        out.flush();
    }

    private void cutIfTold() throws IOException {
        if (fault.cutsAfterRow(rows)) {
            out.flush();
            throw new CutException();
        }
    }
}
