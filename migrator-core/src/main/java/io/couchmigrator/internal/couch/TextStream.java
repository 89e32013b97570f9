// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.stream.MalformedJsonException;
import io.couchmigrator.Document;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.MalformedInputException;
import java.util.Arrays;

/**
 * Gives out as text what was read between two places, which count bytes from the stream's beginning. It holds what was read
 * last, and while a beginning waits for its end, all that came since.
 */
final class TextStream extends FilterInputStream {
    private static final int LEAST_ROOM = 16 * 1024;

    private byte[] held = {};
    private int length;
    /** The place of the first byte that is held. */
    private long first;

    private long begun = -1;

    TextStream(InputStream in) {
        super(in);
    }

    /** Begins a text at a place in what was read last. */
    void begin(long place) {
        begun = place;
    }

    /**
     * Ends the text before a place in what was read last, and returns it.
     *
     * @throws MalformedJsonException if it is not UTF-8
     */
    Document.Json end(long place) throws MalformedJsonException {
        int from = Math.toIntExact(begun - first);
        int to = Math.toIntExact(place - first);
        begun = -1;
        try {
            return Document.Json.copyOf(held, from, to);
        } catch (MalformedInputException e) {
            throw new MalformedJsonException("a document that is not UTF-8", e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int most) throws IOException {
        int n = super.read(buffer, offset, most);
        if (n > 0) {
            hold(buffer, offset, n);
        }
        return n;
    }

    private void hold(byte[] buffer, int offset, int n) {
        if (begun < 0) {
            first += length;
            length = 0;
        }
        if (n > held.length - length) {
            held = Arrays.copyOf(held, Math.max(LEAST_ROOM, length + length / 2 + n));
        }
        System.arraycopy(buffer, offset, held, length, n);
        length += n;
    }
}
