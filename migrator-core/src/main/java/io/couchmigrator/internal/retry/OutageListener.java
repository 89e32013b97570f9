// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.Listener.Outage;
import java.time.Instant;

/** Hears of the outages of one server. */
public interface OutageListener {
    /** An attempt failed and will be made again. */
    void retrying(Outage outage);

    /** An outage lasts. */
    void waiting(Outage outage);

    /** An outage that {@link #waiting} told of is over. */
    void recovered(Outage outage);

    /** An attempt that began then has no answer yet, and goes on. */
    default void silent(String server, Instant since) {}

    /** A transaction that began then has not ended, and goes on. */
    default void lasting(String server, String cause, Instant since) {}
}
