// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

/**
 * How many documents to ask for at once: as many as make a page of the wanted bytes, by the sizes seen so far. Safe for
 * use by multiple threads.
 */
final class PageSize {
    /** Large enough that asking costs little, small enough for a server that holds the page in memory. */
    private static final long WANTED_BYTES = 2 << 20;

    /** A page that a server may hold in memory for each worker. */
    private static final long MOST_BUFFERED_BYTES = 4 * WANTED_BYTES;

    private static final int MOST = 2_000;
    private static final int MOST_EVER = 10_000;

    /** Without any sample. */
    private static final int FIRST = 100;

    /** How much a page counts against all before it. */
    private static final double WEIGHT = 0.25;

    private final int chunkSize;
    private double bytesPerRow;

    PageSize(int chunkSize) {
        this.chunkSize = chunkSize;
    }

    /** Learns from a page. */
    synchronized void seen(long rows, long bytes) {
        if (rows > 0) {
            double now = (double) bytes / rows;
            bytesPerRow = bytesPerRow == 0 ? now : bytesPerRow + WEIGHT * (now - bytesPerRow);
        }
    }

    /** Returns how many documents have so many bytes at most; one at least. */
    synchronized int most(long bytes) {
        return bytesPerRow == 0 ? MOST_EVER : (int) Math.max(1, Math.min(MOST_EVER, bytes / bytesPerRow));
    }

    /** Returns how many documents to ask for: no fewer than a batch holds, unless they are large. */
    synchronized int rows() {
        if (bytesPerRow == 0) {
            return FIRST;
        }
        double bytes = Math.max(WANTED_BYTES, Math.min(MOST_BUFFERED_BYTES, chunkSize * bytesPerRow));
        int most = Math.min(MOST_EVER, Math.max(MOST, chunkSize));
        return (int) Math.max(1, Math.min(most, bytes / bytesPerRow));
    }

    /** Returns whether a page of so many is small enough for a server to send it whole. */
    synchronized boolean isBuffered(int rows) {
        return rows > 1 && bytesPerRow > 0 && rows * bytesPerRow <= MOST_BUFFERED_BYTES;
    }
}
