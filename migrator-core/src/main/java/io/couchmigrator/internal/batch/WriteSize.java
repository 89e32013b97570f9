// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.postgres.RefusedException;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.retry.Reporter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many documents of a stage to write at once: all of a batch, or as many as the target finishes in the time that it gives
 * a statement. Safe for use by multiple threads.
 */
final class WriteSize {
    /** So many statements pass before a larger one is tried again, which may cost another cancelled one. */
    private static final int PATIENCE = 32;

    private final String stage;
    private final Reporter reporter;
    private int most = Integer.MAX_VALUE;
    private int passed;
    private int advised = Integer.MAX_VALUE;
    private @Nullable SqlFault cancelled;

    WriteSize(String stage, Reporter reporter) {
        this.stage = stage;
        this.reporter = reporter;
    }

    /**
     * Asks whether so many may be tried.
     *
     * @throws RefusedException if as many or fewer were cancelled before
     */
    synchronized void ask(int documents) {
        if (documents > most) {
            throw new RefusedException(Objects.requireNonNull(cancelled));
        }
    }

    /** Takes note that the statement with so many was cancelled. */
    synchronized void cancelled(int documents, SqlFault fault) {
        most = Math.min(most, (documents + 1) / 2);
        passed = 0;
        cancelled = fault;
    }

    /** Takes note that so many were written, and tells of what was too many that these were not: once, and again where what it told of is too many. */
    synchronized void passed(int documents) {
        SqlFault fault = cancelled;
        if (fault == null || documents <= most / 2) {
            return;
        }
        if (most < advised) {
            advised = documents;
            reporter.tell(to -> to.warned(
                    "PostgreSQL cancelled statements of stage \"%s\" for the time they took (%s, as statement_timeout or transaction_timeout has it): they pass with %s documents. Set chunkSize(%s), or give statements more time."
                            .formatted(stage, fault.withoutValues(), documents, documents)));
        }
        passed++;
        if (passed >= PATIENCE) {
            most = (int) Math.min(Integer.MAX_VALUE, 2L * most);
            passed = 0;
        }
    }
}
