// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Counts what the PostgreSQL driver sends, by its own log of the protocol. Closing ends the counting. */
final class RoundTrips implements AutoCloseable {
    private final Logger protocol = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");
    private final LongAdder statements = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final Handler counter = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            String message = entry.getMessage().strip();
            if (message.startsWith("FE=> Execute") || message.startsWith("FE=> Query(CopyStart)")) {
                statements.increment();
            }
            // After each of these the driver reads until the server is through.
            if (message.startsWith("FE=> Sync")
                    || message.startsWith("FE=> Query(CopyStart)")
                    || message.startsWith("FE=> CopyDone")) {
                waits.increment();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    RoundTrips() {
        counter.setLevel(Level.ALL);
        protocol.setUseParentHandlers(false);
        protocol.addHandler(counter);
        protocol.setLevel(Level.FINEST);
    }

    long statements() {
        return statements.sum();
    }

    long waits() {
        return waits.sum();
    }

    @Override
    public void close() {
        protocol.setLevel(null);
        protocol.removeHandler(counter);
    }
}
