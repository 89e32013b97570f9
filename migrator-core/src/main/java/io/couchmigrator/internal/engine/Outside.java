// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.Stage;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.SameDatabase;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.TableFacts;
import io.couchmigrator.internal.postgres.TargetChecks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The main database of a sharded target that holds no shards: no row belongs there, but a table of the same name may have
 * some all the same, of a run without a map of shards for one. Used by one thread.
 */
final class Outside {
    private final Target target;
    private final Reporter reporter;
    private final Set<String> told = new HashSet<>();
    private Optional<Boolean> apart = Optional.empty();

    Outside(Target target, Reporter reporter) {
        this.target = target;
        this.reporter = reporter;
    }

    /** Returns what the main database is called where several are named. */
    String name() {
        return target.main().sessions().name() + " (main database)";
    }

    /**
     * Returns a stage's writer for the main database, to compare with; empty if there is nothing to compare with: the
     * target is not sharded, the main database holds shards itself, or it has no table of its own. A view, a foreign or a
     * partitioned table may well show the rows of the shards.
     */
    <R> Optional<Writer<R>> writer(Stage<?, R> stage) {
        Writer<R> writer = stage.writer();
        if (target.shards().isEmpty() || writer.tables().isEmpty() || !hasOwn(writer.tables()) || !isApart()) {
            return Optional.empty();
        }
        List<String> faults = asked(connection -> {
            List<String> found = new ArrayList<>();
            for (String table : writer.tables()) {
                found.addAll(TargetChecks.compared(connection, table, writer.columns(table)));
            }
            return found;
        });
        faults.stream().filter(told::add).forEach(this::warn);
        return faults.isEmpty() ? Optional.of(asked(writer::prepared)) : Optional.empty();
    }

    private void warn(String fault) {
        reporter.tell(to -> to.warned("Rows in %s were not looked for: %s.".formatted(name(), fault)));
    }

    private boolean hasOwn(Set<String> tables) {
        return asked(connection -> {
            for (String table : tables) {
                if (!TableFacts.isPlain(connection, table)) {
                    return false;
                }
            }
            return true;
        });
    }

    private boolean isApart() {
        boolean known = apart.orElseGet(() -> target.databases().stream().noneMatch(this::isMain));
        apart = Optional.of(known);
        return known;
    }

    private boolean isMain(TargetDatabase database) {
        Session main = target.main().sessions().own();
        return database.patience()
                .persist(() -> SameDatabase.is(main, database.sessions().own()));
    }

    private <T> T asked(Session.Work<T> question) {
        TargetDatabase main = target.main();
        return main.patience().persist(() -> main.sessions().own().attempt("look for misplaced rows", question));
    }
}
