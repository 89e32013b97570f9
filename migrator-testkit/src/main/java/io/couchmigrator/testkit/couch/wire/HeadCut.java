// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.wire;

import java.util.OptionalLong;

/**
 * How much of the head of the next answer goes out. MockWebServer serves a connection in one thread, from the request to
 * the answer, and writes a head at once: so what the dispatcher leaves here is found by the socket.
 */
public final class HeadCut {
    private static final ThreadLocal<OptionalLong> NEXT = ThreadLocal.withInitial(OptionalLong::empty);

    private HeadCut() {}

    /** Lets the next head on this thread end after so many bytes; empty for a whole one. */
    public static void next(OptionalLong bytes) {
        NEXT.set(bytes);
    }

    static OptionalLong take() {
        OptionalLong next = NEXT.get();
        NEXT.remove();
        return next;
    }
}
