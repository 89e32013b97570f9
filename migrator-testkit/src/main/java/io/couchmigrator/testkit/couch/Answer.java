// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.CouchError;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import okio.ByteString;

/**
 * What the server answers, before any fault.
 *
 * @param length of the body in bytes; -1 if it is sent in chunks
 */
record Answer(int status, Map<String, String> headers, long length, Content content) {
    /** Writes the body. */
    interface Content {
        void writeTo(Payload payload) throws IOException;
    }

    /** A body that is known beforehand, and CouchDB's newline after it. */
    static Answer json(int status, String body) {
        return text(status, body + "\n");
    }

    static Answer json(int status, ByteString body) {
        return new Answer(status, Map.of(), body.size() + 1L, payload -> payload.bytes(body)
                .text("\n"));
    }

    static Answer text(int status, String body) {
        ByteString bytes = ByteString.encodeUtf8(body);
        return new Answer(status, Map.of(), bytes.size(), payload -> payload.bytes(bytes));
    }

    static Answer error(CouchError error) {
        return json(error.status(), "{" + error.members() + "}");
    }

    /** A body that is sent in chunks while it is made. */
    static Answer stream(Content content) {
        return new Answer(200, Map.of(), -1, content);
    }

    Answer header(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new Answer(status, more, length, content);
    }

    boolean chunked() {
        return length < 0;
    }
}
