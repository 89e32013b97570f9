// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.retry.Reporter;

/**
 * Tells once a stage that its writer is believed: it counts fewer rows than it was given, and cannot compare them. Safe for use
 * by multiple threads.
 */
final class Trust {
    private final String stage;
    private final Reporter reporter;
    private boolean told;

    Trust(String stage, Reporter reporter) {
        this.stage = stage;
        this.reporter = reporter;
    }

    /** Takes note that so many were counted of so many that were given. */
    synchronized void counted(int written, int given) {
        if (!told) {
            told = true;
            reporter.tell(to -> to.warned(
                    "the writer of stage \"%s\" says that it wrote %s of %s rows and cannot tell whether the others are there: they count as already there, and so do all like them. Let it compare rows, or look for them yourself."
                            .formatted(stage, written, given)));
        }
    }
}
