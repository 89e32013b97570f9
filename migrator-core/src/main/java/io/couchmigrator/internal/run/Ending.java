// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonObject;
import io.couchmigrator.LimitException;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.retry.SideBySide;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended: what it did, and the outcome that comes of it.
 *
 * @param stopRequested whether it was asked to stop, or interrupted
 * @param rejects the items that are for the next run to take first; null if it did not come to them
 */
record Ending(
        Verb verb,
        Stages stages,
        Failures failures,
        boolean stopRequested,
        @Nullable RejectsFile rejects,
        Audit audit,
        Duration elapsed) {
    /**
     * Returns it for the caller.
     *
     * @throws RuntimeException the bug that was met, if one was, with what else failed suppressed; it may be an {@link Error}
     * @throws IllegalStateException if not all was done, though nothing failed and nobody asked it to stop, which is a bug
     */
    Result result() {
        Throwable bug = failures.bug();
        if (bug != null) {
            failures.inOrder().forEach(bug::addSuppressed);
        }
        SideBySide.rethrow(bug);
        return new Result(
                outcome(),
                verb.tallies(stages),
                done(),
                stages.previously(),
                stages.total(),
                outstanding(),
                rejects == null ? 0 : rejects.outstandingAgain(),
                audit,
                stages.gaps(),
                failures.inOrder(),
                elapsed);
    }

    /** A verification only compares. */
    private long done() {
        if (!verb.writes()) {
            return stages.compared();
        }
        return rejects == null ? stages.read() : rejects.done(stages.read());
    }

    private long outstanding() {
        return rejects == null ? 0 : rejects.outstanding();
    }

    /** Returns it for the history. */
    JsonObject json() {
        Tallies tallies = verb.tallies(stages);
        JsonObject details = new JsonObject();
        details.addProperty("outcome", failures.bug() == null ? outcome().name() : "UNEXPECTED");
        error().ifPresent(error -> details.addProperty("error", error));
        limit().ifPresent(limit -> details.addProperty("limit", limit.name().toLowerCase(Locale.ROOT)));
        details.addProperty("read", tallies.read());
        details.addProperty("written", tallies.written());
        details.addProperty("already_there", tallies.alreadyThere());
        if (tallies.deleted() > 0) {
            details.addProperty("deleted", tallies.deleted());
        }
        details.addProperty("rejected", tallies.rejected());
        details.addProperty("outstanding_rejects", outstanding());
        details.addProperty("audited_pages", audit.pages());
        details.addProperty("audit_differences", audit.differences());
        return details;
    }

    /** Returns what decided the outcome, for those who ask later; of a bug only its kind, since what it says may be of a document. */
    private Optional<String> error() {
        return Optional.ofNullable(failures.bug())
                .map(bug -> bug.getClass().getName())
                .or(() -> failures.inOrder().stream().findFirst().map(Throwable::getMessage));
    }

    /** Returns which limit ended it; where several did, the one that keeps another run from coming further. */
    private Optional<Limit> limit() {
        return failures.inOrder().stream()
                .filter(LimitException.class::isInstance)
                .map(failure -> ((LimitException) failure).limit())
                .min(Comparator.naturalOrder());
    }

    /** What is complete, and never the mere absence of an error. */
    private Outcome outcome() {
        boolean complete = stages.isComplete();
        if (stopRequested && !complete) {
            return Outcome.STOPPED;
        }
        List<MigrationException> known = failures.inOrder();
        if (!known.isEmpty()) {
            return known.get(0).outcome();
        }
        if (!complete) {
            throw new IllegalStateException(
                    "ended before all was done, though nothing failed and nobody asked for a stop: this is a bug");
        }
        return verb.outcome(stages, outstanding());
    }
}
