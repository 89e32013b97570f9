// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.Result.Audit;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the audit of a run sees. Safe for use by multiple threads. */
public final class AuditTally {
    private final LongAdder pages = new LongAdder();
    private final LongAdder differences = new LongAdder();

    void page() {
        pages.increment();
    }

    void difference() {
        differences.increment();
    }

    public Audit sum() {
        return new Audit(pages.sum(), differences.sum());
    }
}
