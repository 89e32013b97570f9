// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.wire;

import java.io.IOException;
import okio.Buffer;
import okio.BufferedSink;
import okio.Sink;
import okio.Timeout;

/** Frames what is written as the chunks of HTTP/1.1; closing it writes the last, empty one. */
public final class ChunkedSink implements Sink {
    private final BufferedSink wire;

    /** Frames what goes to this sink. */
    public ChunkedSink(BufferedSink wire) {
        this.wire = wire;
    }

    @Override
    public void write(Buffer source, long byteCount) throws IOException {
        if (byteCount == 0) {
            return; // An empty chunk would end the body.
        }
        wire.writeHexadecimalUnsignedLong(byteCount).writeUtf8("\r\n");
        wire.write(source, byteCount);
        wire.writeUtf8("\r\n");
    }

    @Override
    public void flush() throws IOException {
        wire.flush();
    }

    @Override
    public Timeout timeout() {
        return wire.timeout();
    }

    @Override
    public void close() throws IOException {
        wire.writeUtf8("0\r\n"); // MockWebServer adds the trailers, and with them the last empty line.
    }
}
