// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Progress.Speed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How fast a stage was read in the last minutes of work. What passes without a document while the run is held up, or while
 * the process stands still, counts for nothing; what a throttle waits does count, since it goes on so. Safe for use by multiple threads.
 */
final class Rate {
    private static final long WINDOW = TimeUnit.MINUTES.toNanos(5);
    private static final long LEAST_WORK = TimeUnit.SECONDS.toNanos(5);
    private static final int LEAST_ADVANCES = 3;

    /** Who looks each second and comes so late was stopped in between, as by Ctrl-Z. */
    private static final long STOOD_STILL = TimeUnit.SECONDS.toNanos(10);

    private final Deque<Look> looks = new ArrayDeque<>();
    private long lookedAt;
    private long documents;
    private long bytes;

    /** What was worked up to one look: how long, what was read, and in how many looks something was. */
    private record Look(long nanos, long documents, long bytes, long advances) {}

    /**
     * Takes note of how much is read by now; called each second.
     *
     * @param now the nanoseconds of {@link System#nanoTime}
     * @param documentsRead all documents of the stage that were read
     * @param bytesRead all bytes of them
     * @param heldUp whether a server that is away, a lock or a pause is waited for, by the stage or another one
     */
    synchronized void look(long now, long documentsRead, long bytesRead, boolean heldUp) {
        long took = now - lookedAt;
        if (looks.isEmpty()) {
            looks.add(new Look(0, 0, 0, 0));
        } else if ((!heldUp || documentsRead > documents) && took > 0 && took < STOOD_STILL) {
            add(took, Math.max(0, documentsRead - documents), Math.max(0, bytesRead - bytes));
        }
        lookedAt = now;
        documents = documentsRead;
        bytes = bytesRead;
    }

    private void add(long nanos, long moreDocuments, long moreBytes) {
        Look last = looks.getLast();
        looks.add(new Look(
                last.nanos + nanos,
                last.documents + moreDocuments,
                last.bytes + moreBytes,
                last.advances + (moreDocuments > 0 ? 1 : 0)));
        while (looks.getLast().nanos - looks.getFirst().nanos > WINDOW) {
            looks.removeFirst();
        }
    }

    /** Returns it; empty until there were some seconds of work, and more than one batch or two. */
    synchronized Optional<Speed> speed() {
        if (looks.isEmpty()) {
            return Optional.empty();
        }
        Look first = looks.getFirst();
        Look last = looks.getLast();
        long nanos = last.nanos - first.nanos;
        if (nanos < LEAST_WORK || last.advances - first.advances < LEAST_ADVANCES) {
            return Optional.empty();
        }
        double seconds = (double) nanos / TimeUnit.SECONDS.toNanos(1);
        return Optional.of(
                new Speed((last.documents - first.documents) / seconds, (last.bytes - first.bytes) / seconds));
    }
}
