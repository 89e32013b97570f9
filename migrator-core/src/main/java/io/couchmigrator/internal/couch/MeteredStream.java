// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts the bytes that are read while something of a document is kept. The count runs ahead by what the parser buffers,
 * which evens out over the documents of a page.
 */
final class MeteredStream extends FilterInputStream {
    private final Meter meter;
    private boolean keeping;
    private long kept;
    private long total;

    MeteredStream(InputStream in, Meter meter) {
        super(in);
        this.meter = meter;
    }

    void startDocument() {
        kept = 0;
    }

    void keep(boolean keep) {
        this.keeping = keep;
    }

    /** Returns how many bytes were read in all. */
    long total() {
        return total;
    }

    long kept() {
        return kept;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        count(n);
        return n;
    }

    private void count(int n) {
        total += Math.max(0, n);
        if (keeping && n > 0) {
            kept += n;
            meter.documentGrewTo(kept);
        }
    }
}
