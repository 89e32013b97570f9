// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.batch.GuardedWriter.WriterException;
import io.couchmigrator.internal.postgres.RowAttempts;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether the target, and not its documents, is to blame. It is suspected where so many in a row were refused alone and alike,
 * and to blame if it refuses what it accepted before as well, or, where it accepted nothing yet, others, or very many. Safe for use by
 * multiple threads; workers count together.
 *
 * @param <R> the type of the rows
 */
final class Blame<R> {
    /** Where nothing was accepted yet. */
    private static final int FIRST = 10;

    /** Neighbours often have something in common, such as a bad key. */
    private static final int LATER = 200;

    /** Where nothing was accepted yet, so many others stand for what may be. */
    private static final int OTHERS = 10;

    private final String stage;
    private final Accounted<R> accounted;
    private final TargetDatabase database;
    private String likeness = "";
    private int alike;
    /** Whether it was suspected, and there were no others to ask. */
    private boolean undecided;

    private List<Change<R>> accepted = List.of();

    Blame(String stage, Accounted<R> accounted, TargetDatabase database) {
        this.stage = stage;
        this.accounted = accounted;
        this.database = database;
    }

    /** Takes note that the target accepts the rows of documents, if they have any. */
    synchronized void accepted(List<Change<R>> changes) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (!changes.get(i).rows().isEmpty()) {
                accepted = List.of(changes.get(i));
                alike = 0;
                undecided = false;
                return;
            }
        }
    }

    /**
     * Takes note that a document was refused alone.
     *
     * @param later documents with rows that come after it in its batch
     * @throws TargetException if the target is to blame
     */
    void refused(Refusal refusal, List<Change<R>> later, RowAttempts attempts) {
        int suspicious = counted(refusal);
        List<Change<R>> before = accepted();
        if (suspicious == 0 || (before.isEmpty() && later.isEmpty() && isTooEarly(suspicious))) {
            return;
        }
        boolean refuses = before.isEmpty()
                ? others(later).stream().allMatch(other -> refuses(other, refusal, attempts))
                : isMet(refusal, met(attempts, connection -> accounted.offer(connection, before)));
        if (refuses) {
            throw new TargetException(database.told(
                    "could not write rows of stage \"%s\"%s: each of %s documents in a row was refused alone with %s%s: mend the target and try again"
                            .formatted(
                                    stage,
                                    tables(),
                                    suspicious,
                                    refusal.reason(),
                                    before.isEmpty() ? "" : ", and so is one that was accepted before")));
        }
    }

    /** Returns how many in a row were refused alike, this one included, if that is enough to be suspicious; else 0. */
    private synchronized int counted(Refusal refusal) {
        if (!refusal.likeness().equals(likeness)) {
            alike = 0;
            undecided = false;
        }
        alike++;
        likeness = refusal.likeness();
        return undecided || alike % (accepted.isEmpty() ? FIRST : LATER) == 0 ? alike : 0;
    }

    /** A stage may have no others: without them the next batch is awaited, or so many that it takes none. */
    private synchronized boolean isTooEarly(int suspicious) {
        undecided = suspicious < LATER;
        return undecided;
    }

    private synchronized List<Change<R>> accepted() {
        return accepted;
    }

    /** Returns some, far from each other, the last one first. */
    private List<Change<R>> others(List<Change<R>> later) {
        int step = Math.max(1, later.size() / OTHERS);
        List<Change<R>> others = new ArrayList<>();
        for (int i = later.size() - 1; i >= 0; i -= step) {
            others.add(later.get(i));
        }
        return others;
    }

    private boolean refuses(Change<R> other, Refusal refusal, RowAttempts attempts) {
        Optional<String> met = met(attempts, connection -> accounted.write(connection, List.of(other)));
        if (met.isEmpty()) {
            accepted(List.of(other));
        }
        return isMet(refusal, met);
    }

    private static boolean isMet(Refusal refusal, Optional<String> met) {
        return met.filter(refusal.likeness()::equals).isPresent();
    }

    /** Returns what an attempt that comes to nothing meets, as refusals tell it; empty if it would be accepted. */
    private Optional<String> met(RowAttempts attempts, Session.Work<?> work) {
        try {
            return database.patience()
                    .persist(() -> attempts.rehearse(work))
                    .map(Refusal::of)
                    .map(Refusal::likeness);
        } catch (DroppedException e) {
            return Optional.of(Refusal.dropped(accounted.tables()).likeness());
        } catch (WriterException e) {
            return Optional.of("writer");
        }
    }

    private String tables() {
        return accounted.tables().stream()
                .sorted()
                .map(" into table \"%s\""::formatted)
                .collect(Collectors.joining(" or"));
    }
}
