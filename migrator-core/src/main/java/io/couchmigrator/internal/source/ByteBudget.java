// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.retry.StopSignal;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many bytes of documents, as they were on the wire, all workers may hold together. Each has an equal share; a
 * document larger than that is let in alone, while the others with such documents wait.
 */
final class ByteBudget {
    /** A parsed document takes several times its bytes on the wire, and the heap is needed for other things too. */
    private static final long PART_OF_HEAP = 32;

    private static final long LEAST_SHARE = 64 * 1024;
    /** What a row counts for that was made of a document: its values are mostly the document's own. */
    private static final long ROUGH_ROW_SIZE = 500;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final long share;
    private final StopSignal stop;
    private final ReentrantLock oversized = new ReentrantLock();

    ByteBudget(long bytes, int workers, StopSignal stop) {
        this.share = Math.max(LEAST_SHARE, bytes / workers);
        this.stop = stop;
    }

    /** Returns a budget that leaves room in the heap of this JVM. */
    static ByteBudget ofHeap(int workers, StopSignal stop) {
        return new ByteBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, workers, stop);
    }

    /** Returns what one worker may hold. */
    long share() {
        return share;
    }

    /** Returns how many rows one worker may hold that are made and not yet written. */
    long rows() {
        return share / ROUGH_ROW_SIZE;
    }

    /** Does something for which so many rows are held; while they are far more than a worker may hold, alone among all workers. */
    void holding(long rows, Runnable then) {
        boolean alone = rows > 2 * rows();
        if (alone) {
            enterOversized();
        }
        try {
            then.run();
        } finally {
            if (alone) {
                leaveOversized();
            }
        }
    }

    /** Lets a document in that is larger than a share, unless another one is. */
    boolean tryOversized() {
        return oversized.tryLock();
    }

    /** Waits, unless this one does, until no other worker holds a document larger than its share. */
    void enterOversized() {
        while (!oversized.tryLock()) {
            stop.pause(LOOK_AGAIN);
        }
    }

    /** Lets the next one in. */
    void leaveOversized() {
        oversized.unlock();
    }
}
