// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.CompletionTable;
import io.couchmigrator.ConflictRule;
import io.couchmigrator.Lookup;
import io.couchmigrator.TableName;
import io.couchmigrator.TableStage;
import io.couchmigrator.Upsert;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jooq.Record;

/**
 * Looks at everything that a run needs of the target before the first document is read. Each fault is a sentence that
 * says what was seen, what is needed, and what to do.
 */
public final class TargetChecks {
    private final Connection connection;
    private final List<Fault> faults = new ArrayList<>();
    private final MissingPrivileges missing = new MissingPrivileges();

    private TargetChecks(Connection connection) {
        this.connection = connection;
    }

    /**
     * Returns what is wrong with an upsert's table.
     *
     * @param deletes whether rows are deleted as well
     */
    static List<Fault> upsert(Connection connection, Upsert<?> upsert, boolean deletes) throws SQLException {
        TargetChecks checks = new TargetChecks(connection);
        TableName into = Upserts.into(connection, upsert);
        Optional<TableFacts> table = checks.table(into);
        if (table.isPresent()) {
            checks.upsertColumns(upsert, table.get());
            checks.written(Upserts.written(upsert), table.get());
            checks.missing.noteDelete(connection, table.get(), deletes);
        }
        checks.view(upsert, into);
        if (table.isPresent() && checks.faults.isEmpty() && checks.missing.isEmpty()) {
            new PreparedUpsert<>(upsert, table.get()).plan(connection);
        }
        return checks.faults();
    }

    /** Returns why rows in these tables would not last, or could be hidden; tables that do not exist are left out. */
    public static List<Fault> written(Connection connection, Set<TableName> tables) throws SQLException {
        TargetChecks checks = new TargetChecks(connection);
        for (TableName name : tables) {
            Optional<TableFacts> table = TableFacts.of(connection, name);
            if (table.isPresent()) {
                checks.missing.noteSchema(table.get(), table.get().closed());
                checks.addAll(WrittenTable.lostInACrash(connection, table.get()));
                checks.rowSecurity(table.get());
            }
        }
        return checks.faults();
    }

    /** Returns what keeps a verification from reading what an upsert writes, though a run need not. */
    static List<Fault> compared(Connection connection, Upsert<?> upsert) throws SQLException {
        TargetChecks checks = new TargetChecks(connection);
        Optional<TableFacts> found = TableFacts.of(connection, upsert.table());
        if (found.isPresent() && upsert.conflictRule() == ConflictRule.NOTHING) {
            for (Upsert.Column<?> column : upsert.columns()) {
                Optional.ofNullable(found.get().columns().get(column.name()))
                        .ifPresent(facts -> checks.missing.note(found.get(), facts, true, false, false));
            }
        }
        return checks.missing.faults(checks.user(), "user %s may not read all that verify() reads of table \"%s\"");
    }

    /** Returns what is wrong with the table that is told of the completion of the migration with this slug. */
    public static List<Fault> completion(Connection connection, CompletionTable completion, String slug)
            throws SQLException {
        TargetChecks checks = new TargetChecks(connection);
        Optional<TableFacts> told = checks.table(completion.table());
        if (told.isPresent()) {
            TableFacts table = told.get();
            checks.column(table, completion.slugColumn(), column -> {
                checks.type(table, column, "text", ColumnFacts::isText);
                checks.missing.note(table, column, true, true, false);
                checks.unique(table, column.name());
                checks.fits(table, column, slug);
            });
            checks.column(table, completion.timeColumn(), column -> {
                checks.type(table, column, "a time", c -> c.category().equals("D"));
                checks.missing.note(table, column, false, true, true);
            });
            checks.written(Set.of(completion.slugColumn(), completion.timeColumn()), table);
            if (checks.faults.isEmpty() && checks.missing.isEmpty()) {
                Statements.planCompletion(connection, completion, slug);
            }
        }
        return checks.faults();
    }

    /** Returns what is wrong with the table of a lookup. */
    public static List<Fault> lookup(Connection connection, Lookup.Rows lookup) throws SQLException {
        TargetChecks checks = new TargetChecks(connection);
        checks.table(lookup.table()).ifPresent(table -> {
            checks.column(table, lookup.keyColumn(), column -> {
                checks.type(table, column, "whole numbers", ColumnFacts::isInteger);
                checks.missing.note(table, column, true, false, false);
            });
            checks.column(
                    table, lookup.valueColumn(), column -> checks.missing.note(table, column, true, false, false));
        });
        if (checks.faults.isEmpty() && checks.missing.isEmpty()) {
            Statements.planLookup(connection, lookup);
        }
        return checks.faults();
    }

    /** Returns what is wrong with a source table. */
    public static List<Fault> source(Connection connection, TableStage<?> stage) throws SQLException {
        TargetChecks checks = new TargetChecks(connection);
        Optional<TableFacts> found = checks.table(stage.table());
        if (found.isPresent()) {
            TableFacts table = found.get();
            checks.column(table, stage.primaryKey(), column -> {
                checks.type(table, column, "whole numbers", ColumnFacts::isInteger);
                checks.missing.note(table, column, true, false, false);
                checks.unique(table, column.name());
                checks.notNull(table, column);
            });
            for (String name : stage.columns()) {
                checks.column(table, name, column -> checks.missing.note(table, column, true, false, false));
            }
            if (TableFacts.hasHeirs(connection, table)) {
                String fault =
                        "table \"%s\" has rows of tables that inherit from it, whose keys may be there twice, and then one of them is never read: read each of these tables by a stage of its own";
                checks.add(fault.formatted(table.name()));
            }
        }
        return checks.faults();
    }

    private Optional<TableFacts> table(TableName name) throws SQLException {
        Optional<TableFacts> table = TableFacts.of(connection, name);
        if (table.isEmpty()) {
            Record path = Jooq.with(
                    connection, jooq -> jooq.fetchSingle("select current_database(), current_setting('search_path')"));
            add("table \"%s\" does not exist (database %s, search path %s): create it, or connect to the right database"
                    .formatted(name, path.get(0), path.get(1)));
        } else {
            missing.noteSchema(table.get(), table.get().closed());
            rowSecurity(table.get());
        }
        return table;
    }

    /** Rows that policies hide would look like rows that are not there. */
    private void rowSecurity(TableFacts table) throws SQLException {
        boolean active =
                Jooq.with(connection, jooq -> jooq.resultQuery("select row_security_active(?::oid)", table.oid())
                        .fetchSingleInto(boolean.class));
        if (active) {
            String user = user();
            add(("row-level security of table \"%s\" applies to user %s, and may hide rows from it: connect as the"
                            + " table's owner (unless it says force row level security), or as a role with bypassrls:"
                            + " alter role %s bypassrls")
                    .formatted(table.name(), user, user));
        }
    }

    private void upsertColumns(Upsert<?> upsert, TableFacts table) throws SQLException {
        String key = upsert.columns().get(0).name();
        boolean changes = upsert.conflictRule() == ConflictRule.UPDATE;
        for (Upsert.Column<?> column : upsert.columns()) {
            column(table, column.name(), facts -> {
                switch (column.kind()) {
                    case TEXT -> type(table, facts, "text", ColumnFacts::isText);
                    case INTEGER -> type(table, facts, "whole numbers", ColumnFacts::isInteger);
                    case ANY -> missing.noteSchema(table, facts.isText() ? Optional.empty() : facts.closed());
                }
                missing.note(table, facts, changes || column.name().equals(key), true, changes);
            });
        }
        for (Upsert.Expression expression : upsert.expressions()) {
            column(table, expression.column(), facts -> missing.note(table, facts, false, true, false));
        }
        ColumnFacts keyFacts = table.columns().get(key);
        if (keyFacts != null) {
            unique(table, key);
            if (keyFacts.isText()) {
                addAll(KeyColumn.faults(connection, table, key));
            }
        }
    }

    /** What is asked of a view, where rows go into a table behind it. */
    private void view(Upsert<?> upsert, TableName into) throws SQLException {
        Optional<TableFacts> found = into.equals(upsert.table()) ? Optional.empty() : table(upsert.table());
        if (found.isEmpty()) {
            return;
        }
        TableFacts view = found.get();
        String key = upsert.columns().get(0).name();
        for (Upsert.Column<?> column : upsert.columns()) {
            String name = column.name();
            column(view, name, facts -> missing.note(view, facts, name.equals(key), false, false));
        }
        addAll(KeyColumn.faults(connection, view, key));
    }

    private void written(Set<String> columns, TableFacts table) throws SQLException {
        unwritten(columns, table);
        faults.addAll(WrittenTable.sequences(connection, table, columns, user()));
        faults.addAll(WrittenTable.neverTaken(connection, table, columns, user()));
    }

    /** A column that is not written, must have a value and has no default makes every row fail. */
    private void unwritten(Set<String> written, TableFacts table) {
        for (ColumnFacts column : table.columns().values()) {
            if (column.notNull() && !column.filled() && !written.contains(column.name())) {
                add(("column \"%s\" of table \"%s\" must have a value, has no default, and is not among those written"
                                + " (%s): give it a default, or let it be null")
                        .formatted(column.name(), table.name(), String.join(", ", new TreeSet<>(written))));
            }
        }
    }

    private void column(TableFacts table, String name, Consumer<ColumnFacts> checks) {
        ColumnFacts column = table.columns().get(name);
        if (column == null) {
            add("table \"%s\" has no column \"%s\" (it has %s): add it, or connect to the right database"
                    .formatted(
                            table.name(),
                            name,
                            String.join(", ", table.columns().keySet())));
        } else {
            checks.accept(column);
        }
    }

    private void type(TableFacts table, ColumnFacts column, String expected, Predicate<ColumnFacts> fits) {
        if (!fits.test(column)) {
            add("column \"%s\" of table \"%s\" has type %s: expected one for %s"
                    .formatted(column.name(), table.name(), column.type(), expected));
        }
    }

    private void fits(TableFacts table, ColumnFacts column, String slug) {
        int length = slug.codePointCount(0, slug.length());
        if (column.maxLength().isPresent() && length > column.maxLength().getAsInt()) {
            add("column \"%s\" of table \"%s\" holds %s characters, but the slug \"%s\" has %s: widen the column"
                    .formatted(column.name(), table.name(), column.maxLength().getAsInt(), slug, length));
        }
    }

    private void unique(TableFacts table, String column) {
        if (!table.uniqueColumns().contains(column)) {
            add("column \"%s\" of table \"%s\" has no unique index of its own: create one"
                    .formatted(column, table.name()));
        }
    }

    private void notNull(TableFacts table, ColumnFacts column) {
        if (!column.notNull()) {
            add("column \"%s\" of table \"%s\" may be null, and a row without a key is never read: let it be not null"
                    .formatted(column.name(), table.name()));
        }
    }

    private void add(String sentence) {
        faults.add(new Fault(sentence));
    }

    private void addAll(List<String> sentences) {
        faults.addAll(Fault.all(sentences));
    }

    private String user() throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery("select quote_ident(current_user)")
                .fetchSingleInto(String.class));
    }

    /** Returns all faults, those of schemas first, and those of tables' privileges last. */
    private List<Fault> faults() throws SQLException {
        if (!missing.isEmpty()) {
            faults.addAll(0, missing.schemaFaults(user()));
            faults.addAll(missing.faults(user()));
        }
        return faults;
    }
}
