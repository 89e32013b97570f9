// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.retry.Reporter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many documents of a stage to write at once: all of a batch, or as many as the target finishes in the time that it gives
 * a statement. Safe for use by multiple threads.
 */
final class WriteSize {
    /** So many statements pass before a larger one is tried again, which may cost another one in vain. */
    private static final int PATIENCE = 32;

    private final String stage;
    private final Reporter reporter;
    private int most = Integer.MAX_VALUE;
    private int passed;
    private int advised = Integer.MAX_VALUE;
    private @Nullable SqlFault refused;

    WriteSize(String stage, Reporter reporter) {
        this.stage = stage;
        this.reporter = reporter;
    }

    /**
     * Asks whether so many may be tried.
     *
     * @throws RefusedException if as many or fewer were too many before
     */
    synchronized void ask(int documents) {
        if (documents > most) {
            throw new RefusedException(Objects.requireNonNull(refused));
        }
    }

    /** Takes note that the statement with so many was too much. */
    synchronized void tooMany(int documents, SqlFault fault) {
        most = Math.min(most, (documents + 1) / 2);
        passed = 0;
        refused = fault;
    }

    /** Takes note that so many were written, and tells of what was too many that these were not: once, and again where what it told of is too many. */
    synchronized void passed(int documents) {
        SqlFault fault = refused;
        if (fault == null || documents <= most / 2) {
            return;
        }
        if (most < advised) {
            advised = documents;
            String told = told(fault).formatted(stage, fault.withoutValues(), documents, documents);
            reporter.tell(to -> to.warned(told));
        }
        passed++;
        if (passed >= PATIENCE) {
            most = (int) Math.min(Integer.MAX_VALUE, 2L * most);
            passed = 0;
        }
    }

    private static String told(SqlFault fault) {
        return fault.sqlState().equals("53400")
                ? "PostgreSQL refused statements of stage \"%s\" for how much they need at once (%s, as temp_file_limit has it): they pass in batches of %s. Set chunkSize(%s), or raise the limit."
                : "PostgreSQL cancelled statements of stage \"%s\" for the time they took (%s, as statement_timeout or transaction_timeout has it): they pass in batches of %s. Set chunkSize(%s), or give statements more time.";
    }
}
