// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.Destination;
import io.couchmigrator.Stage;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.batch.GuardedWriter;
import io.couchmigrator.internal.postgres.Fault;
import io.couchmigrator.internal.postgres.RowAttempts;
import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.postgres.TableFacts;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.target.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The main database of a sharded target, where it holds no shards: no row belongs there, but a table of the same name may
 * have some all the same, of a run without a map of shards for one. It is no part of the target: what it refuses to tell
 * is told once, and ends nothing. Safe for use by multiple threads once all stages have asked for their rows.
 */
final class Outside {
    private static final String QUESTION = "look for misplaced rows";

    private final Target target;
    private final Reporter reporter;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private @Nullable Boolean apart;

    Outside(Target target, Reporter reporter) {
        this.target = target;
        this.reporter = reporter;
    }

    /**
     * Returns what the main database has of a stage's rows; empty if there is nothing to look into: the target is not
     * sharded, the stage's writer names no table, the main database holds shards itself, or it has no such table of its
     * own, or none that the writer could write.
     */
    <R> Optional<Rows<R>> rows(Stage<?, R> stage) {
        Destination<R> destination = stage.destination();
        Set<TableName> tables = destination.tables();
        if (target.shards().isEmpty() || tables.isEmpty() || !hasOwn(tables) || !isApart()) {
            return Optional.empty();
        }
        Session own = target.main().own();
        Optional<List<Fault>> faults = asked(own, connection -> faults(connection, destination));
        faults.orElse(List.of()).forEach(fault -> warn(fault.sentence()));
        return faults.filter(List::isEmpty)
                .flatMap(none -> asked(own, connection -> Upserts.prepared(connection, destination)))
                .map(prepared -> new Rows<>(new GuardedWriter<>(stage.name(), prepared)));
    }

    /** Returns what keeps a run from writing there, or else a verification from reading. */
    private static List<Fault> faults(Connection connection, Destination<?> destination) throws SQLException {
        List<Fault> faults = Upserts.faults(connection, destination);
        return faults.isEmpty() ? Upserts.comparedFaults(connection, destination) : faults;
    }

    /** What it has of the rows of one stage. */
    final class Rows<R> {
        private final GuardedWriter<R> writer;
        private volatile boolean refused;

        private Rows(GuardedWriter<R> writer) {
            this.writer = writer;
        }

        /** Returns what the main database is called where several are named. */
        String name() {
            return mainName();
        }

        /**
         * Returns the places, in the batch, of rows whose keys are there, with whatever values.
         *
         * @param items how many the rows are of
         * @throws RefusedException if a value of one of them cannot be read there
         */
        Set<Integer> there(List<R> rows, int items, Target.Connections sessions) {
            Set<Integer> there = new HashSet<>();
            if (!refused) {
                RowAttempts attempts =
                        new RowAttempts(sessions.main(), QUESTION, connection -> writer.compare(connection, List.of()));
                Optional<List<Standing>> standings =
                        asked(() -> attempts.make(items, connection -> writer.compare(connection, rows)));
                refused = standings.isEmpty();
                for (int row = 0; row < standings.map(List::size).orElse(0); row++) {
                    if (standings.orElseThrow().get(row).state() != State.MISSING) {
                        there.add(row);
                    }
                }
            }
            return there;
        }

        /** Looks no more, because a row is refused that its own database does not refuse. */
        void giveUp(SqlFault fault) {
            refused = true;
            warn("could not %s: %s".formatted(QUESTION, fault.withoutValues()));
        }
    }

    private String mainName() {
        return target.main().where() + " (main database)";
    }

    private boolean hasOwn(Set<TableName> tables) {
        return asked(target.main().own(), connection -> {
                    boolean any = false;
                    for (TableName table : tables) {
                        boolean exists = Statements.exists(connection, table);
                        if (exists && !TableFacts.hasItsOwnRows(connection, table)) {
                            return false;
                        }
                        any |= exists;
                    }
                    return any;
                })
                .orElse(false);
    }

    private boolean isApart() {
        Boolean known = apart;
        if (known == null) {
            known = target.databases().stream().noneMatch(database -> database.isSame(target.main()));
            apart = known;
        }
        return known;
    }

    private <T> Optional<T> asked(Session session, Session.Work<T> question) {
        return asked(() -> session.attempt(QUESTION, question));
    }

    private <T> Optional<T> asked(Patience.Attempt<T> question) {
        try {
            return Optional.of(target.main().patience().persist(question));
        } catch (TargetException e) {
            if (SqlFault.causing(e).filter(fault -> !fault.isPassing()).isEmpty()) {
                throw e;
            }
            warn(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** Returns what was not looked at, and why. */
    List<String> notLookedAt() {
        return List.copyOf(told);
    }

    private void warn(String fault) {
        String what = "Rows in %s were not looked for: %s".formatted(mainName(), fault);
        if (told.add(what)) {
            reporter.tell(to -> to.warned(what + "."));
        }
    }
}
