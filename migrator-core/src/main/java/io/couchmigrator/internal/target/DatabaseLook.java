// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.MigrationException;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Stage;
import io.couchmigrator.TableName;
import io.couchmigrator.TableStage;
import io.couchmigrator.TargetException;
import io.couchmigrator.TargetException.Lack;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.postgres.Fault;
import io.couchmigrator.internal.postgres.Ownership;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.postgres.TargetServer;
import io.couchmigrator.internal.postgres.Timeline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** A look at one database of the target: its connections, its identity, and whatever else must be right about it. */
final class DatabaseLook {
    private final TargetDatabase database;
    private final List<MigrationException> faults = new ArrayList<>();
    private final Set<Fault> found = new LinkedHashSet<>();
    private final Set<Fault> ofComparing = new LinkedHashSet<>();
    private final Set<String> remarks = new LinkedHashSet<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();
    private final List<Target.Owned> owned = new ArrayList<>();
    private Optional<TargetIdentity> identity = Optional.empty();

    private DatabaseLook(TargetDatabase database) {
        this.database = database;
    }

    /**
     * Opens the connections and looks.
     *
     * @param tables those that are written
     * @param server looks whether the server is fit for what is done there
     * @param more looks at what else there is
     */
    static Target.Preflight at(
            TargetDatabase database,
            Set<TableName> tables,
            Session.Work<List<String>> server,
            Consumer<DatabaseLook> more) {
        DatabaseLook look = new DatabaseLook(database);
        try {
            database.sessions().open(database.patience());
            look.identify(tables);
            look.check(connection -> Fault.all(server.in(connection)));
            more.accept(look);
        } catch (MigrationException e) {
            look.faults.add(e);
        }
        look.found.forEach(fault -> look.faults.add(look.told(fault)));
        return new Target.Preflight(
                look.faults,
                look.ofComparing.stream().map(look::told).toList(),
                look.remarks,
                look.counts,
                look.skipped,
                look.owned,
                look.identity);
    }

    private TargetException told(Fault fault) {
        String message = database.told(fault.sentence());
        return fault.lack()
                .map(lack -> TargetException.lacking(message, new Lack(database.told(lack.what()), lack.grant())))
                .orElseGet(() -> new TargetException(message));
    }

    /** Returns where the database is, as far as its data source tells. */
    String where() {
        return database.where();
    }

    /** Takes note of why a stage is skipped. */
    void skip(Stage<?, ?> stage, String why) {
        skipped.put(stage.name(), why);
    }

    /** Counts the rows of a source table, if it is not skipped. */
    void count(TableStage<?> stage) {
        check(connection -> {
            if (!skipped.containsKey(stage.name())) {
                counts.put(stage.name(), Statements.count(connection, stage));
            }
            return List.of();
        });
    }

    /** Takes note of whose the table is that a stage is to own. */
    void own(Stage<?, ?> stage, OwnedTable<?> table) {
        check(connection -> {
            owned.add(new Target.Owned(stage.name(), database, Ownership.of(connection, table)));
            return List.of();
        });
    }

    /** Asks for what keeps a verification from comparing, though a run need not. */
    void compare(Session.Work<List<Fault>> question) {
        check(connection -> {
            ofComparing.addAll(question.in(connection));
            return List.of();
        });
    }

    /** Asks for what is worth telling. */
    void remark(Session.Work<List<String>> question) {
        check(connection -> {
            question.in(connection).stream().map(database::told).forEach(remarks::add);
            return List.of();
        });
    }

    /**
     * Makes a check, which returns what is wrong. What may not even be looked at hides nothing else; a server that is gone
     * does.
     *
     * @return what this check found
     */
    List<Fault> check(Session.Work<List<Fault>> check) {
        try {
            List<Fault> wrong = database.patience().persist(() -> database.own().attempt("look at the target", check));
            wrong.stream().filter(this::isNew).forEach(found::add);
            return wrong;
        } catch (TargetException e) {
            if (SqlFault.causing(e).filter(SqlFault::isPassing).isPresent()) {
                throw e;
            }
            boolean known = faults.stream()
                    .anyMatch(fault -> String.valueOf(fault.getMessage()).equals(e.getMessage()));
            if (!known) {
                faults.add(e);
            }
            return List.of();
        }
    }

    /** What several tables need for one reason is granted by one statement. */
    private boolean isNew(Fault fault) {
        Optional<String> grant = fault.lack().map(Lack::grant);
        return grant.isEmpty()
                || found.stream()
                        .noneMatch(other -> other.lack().map(Lack::grant).equals(grant));
    }

    private void identify(Set<TableName> tables) {
        check(connection -> {
            identity = Optional.of(TargetServer.identity(connection, tables));
            return List.of();
        });
        OptionalLong timeline = database.patience().persist(() -> Timeline.of(database.own()));
        identity = identity.map(seen -> seen.on(timeline));
    }
}
