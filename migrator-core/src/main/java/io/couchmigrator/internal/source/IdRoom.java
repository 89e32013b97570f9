// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/** The room for ids that a run keeps of all its feeds of changes. Safe for use by multiple threads. */
final class IdRoom {
    private static final int PART_OF_HEAP = 32;
    /** What an id takes beside its characters: itself, and its place among the others. */
    private static final long ROUGH_OVERHEAD = 100;

    private final AtomicLong left;

    /** @param bytes how many bytes there are, exceeded by one page of each feed at most */
    IdRoom(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** Returns room in the heap of this JVM. */
    static IdRoom ofHeap() {
        return new IdRoom(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    boolean isLeft() {
        return left.get() > 0;
    }

    /** Takes the room of some ids, as long as they are. */
    void take(Collection<String> ids) {
        left.addAndGet(-ids.stream().mapToLong(IdRoom::bytes).sum());
    }

    static long bytes(String id) {
        return ROUGH_OVERHEAD + id.length();
    }
}
