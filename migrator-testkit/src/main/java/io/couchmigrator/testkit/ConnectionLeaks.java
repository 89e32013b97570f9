// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Finds connections that a test left open. */
final class ConnectionLeaks {
    /** The server ends its side of a connection a moment after the client has closed it. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(10);

    private ConnectionLeaks() {}

    /**
     * Returns once no connection is open in the database.
     *
     * @throws AssertionError if one stays open; the message has the counts by state
     */
    static void check(TestDatabase database) throws SQLException {
        long start = System.nanoTime();
        List<String> open = database.openConnections();
        while (!open.isEmpty() && System.nanoTime() - start < PATIENCE.toNanos()) {
            LockSupport.parkNanos(PAUSE.toNanos());
            open = database.openConnections();
        }
        if (!open.isEmpty()) {
            Map<String, Integer> counts = new TreeMap<>();
            open.forEach(state -> counts.merge(state, 1, Integer::sum));
            throw new AssertionError("connections left open in %s: %s %s, expected 0: close each before the test ends"
                    .formatted(database.name(), open.size(), counts));
        }
    }
}
