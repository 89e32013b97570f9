// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.Change;
import io.couchmigrator.ConflictRule;
import io.couchmigrator.Document;
import io.couchmigrator.RejectException;
import io.couchmigrator.TableName;
import io.couchmigrator.Upsert;
import io.couchmigrator.Writer;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Upsert} that knows its table: statements over arrays, with a check of every value before it is sent.
 *
 * <p>Safe for use by multiple threads.
 */
final class PreparedUpsert<R> implements Writer<R> {
    /** So many rows a statement has at most: one document may have any number of them, all in one transaction. */
    private static final int MOST_ROWS = 10_000;

    /** A row with so many characters has a statement of its own. */
    private static final int LARGE = 1 << 18;

    private final Upsert<R> upsert;
    private final List<ColumnFacts> facts;
    private final boolean hasTriggers;
    private final String isThere;
    private final Sql ofArrays;
    private final Sql ofOne;

    PreparedUpsert(Upsert<R> upsert, TableFacts table) {
        this.upsert = upsert;
        this.hasTriggers = !table.triggers().isEmpty();
        this.facts = upsert.columns().stream()
                .map(column -> table.columns().get(column.name()))
                .toList();
        UpsertSql arrays = UpsertSql.ofArrays(upsert, table.name(), facts);
        this.isThere = arrays.isThere();
        this.ofArrays = Sql.of(arrays);
        this.ofOne = Sql.of(UpsertSql.ofOne(upsert, table.name(), facts));
    }

    /** Statements that take the same values. */
    private record Sql(String insert, String offer, String update, String clear, String compare) {
        static Sql of(UpsertSql sql) {
            return new Sql(sql.insert(), sql.offer(), sql.update(), sql.clear(), sql.compare());
        }
    }

    @Override
    public int write(Connection connection, List<Change<R>> changes) throws SQLException {
        int written = 0;
        for (List<R> some : parts(distinct(Change.rows(changes)))) {
            written += writeSome(connection, some);
        }
        if (hasTriggers) {
            Statements.runDeferred(connection);
        }
        return written;
    }

    /**
     * Cuts rows into those of one statement each, in their order. Without rows there is one part all the same: what its statement
     * meets is no row's fault.
     */
    private List<List<R>> parts(List<R> rows) {
        List<List<R>> parts = new ArrayList<>();
        int first = 0;
        boolean large = false;
        for (int i = 0; i < rows.size(); i++) {
            boolean last = large;
            large = isLarge(rows.get(i));
            if (i > first && (i - first == MOST_ROWS || last || large)) {
                parts.add(rows.subList(first, i));
                first = i;
            }
        }
        parts.add(rows.subList(first, rows.size()));
        return parts;
    }

    private boolean isLarge(R row) {
        long length = 0;
        for (Upsert.Column<R> column : upsert.columns()) {
            Object value = column.value().apply(row);
            if (value instanceof String text) {
                length += text.length();
            } else if (value instanceof Document.Json json) {
                length += json.length();
            }
        }
        return length >= LARGE;
    }

    private boolean isOneLarge(List<R> rows) {
        return rows.size() == 1 && isLarge(rows.get(0));
    }

    private Sql sql(List<R> rows) {
        return isOneLarge(rows) ? ofOne : ofArrays;
    }

    /** Returns what {@link #sql} takes of them. */
    private Object[] values(List<R> rows) {
        return isOneLarge(rows)
                ? IntStream.range(0, facts.size())
                        .mapToObj(i -> value(i, rows.get(0)))
                        .toArray()
                : arrays(rows);
    }

    private int writeSome(Connection connection, List<R> rows) throws SQLException {
        Sql sql = sql(rows);
        Object[] values = values(rows);
        return Jooq.with(connection, jooq -> {
            int changed =
                    updates() ? Planned.fetch(jooq, sql.update(), values).get(0).get(0, int.class) : 0;
            return changed + Planned.execute(jooq, sql.insert(), values);
        });
    }

    private boolean updates() {
        return upsert.conflictRule() == ConflictRule.UPDATE && facts.size() > 1;
    }

    /** Deletes the rows that differ. */
    void clear(Connection connection, List<Change<R>> changes) throws SQLException {
        for (List<R> some : parts(distinct(Change.rows(changes)))) {
            Jooq.with(connection, jooq -> Planned.execute(jooq, sql(some).clear(), values(some)));
        }
    }

    /** Returns whether the table has triggers, which may change or remove what was written. */
    boolean hasTriggers() {
        return hasTriggers;
    }

    /** Returns how rows stand, in their order. Values that are left alone need not be readable. */
    List<Standing> standings(Connection connection, List<R> rows) throws SQLException {
        if (upsert.conflictRule() == ConflictRule.UPDATE) {
            return compare(connection, rows);
        }
        List<Standing> standings = new ArrayList<>(rows.size());
        for (List<R> some : parts(rows)) {
            Object keys = arrays(some)[0];
            Jooq.with(connection, jooq -> Planned.fetch(jooq, isThere, keys))
                    .forEach(there -> standings.add(standing(
                            rows.get(standings.size()), Boolean.TRUE.equals(there.get(0, Boolean.class)), null)));
        }
        return standings;
    }

    /** Offers rows that are there already, so that the table shows whether it would still take them. */
    void offer(Connection connection, List<R> rows) throws SQLException {
        for (List<R> some : parts(distinct(rows))) {
            Jooq.with(connection, jooq -> Planned.execute(jooq, sql(some).offer(), values(some)));
        }
    }

    /** Lets the server plan what would be written, which fails where it would take no row at all, and writes nothing. */
    void plan(Connection connection) throws SQLException {
        Object[] none = arrays(List.of());
        Jooq.with(connection, jooq -> {
            if (updates()) {
                jooq.fetch("explain " + ofArrays.update(), none);
            }
            return jooq.fetch("explain " + ofArrays.insert(), none);
        });
    }

    @Override
    public void check(R row) {
        for (int i = 0; i < facts.size(); i++) {
            Object value = upsert.columns().get(i).value().apply(row);
            // Null is no key: where the column takes it, it would be inserted again by every run.
            ColumnValues.check(facts.get(i), i == 0, value);
        }
    }

    /** Returns whether a row may have this key. None has one that cannot be stored, in whose place the driver might send another. */
    boolean mayBeKey(String key) {
        try {
            ColumnValues.check(facts.get(0), true, key);
            return true;
        } catch (RejectException e) {
            return false;
        }
    }

    @Override
    public boolean isComparable() {
        return true;
    }

    @Override
    public List<Standing> compare(Connection connection, List<R> rows) throws SQLException {
        List<Standing> standings = new ArrayList<>(rows.size());
        for (List<R> some : parts(rows)) {
            standings.addAll(compareSome(connection, some));
        }
        return standings;
    }

    private List<Standing> compareSome(Connection connection, List<R> rows) throws SQLException {
        return Jooq.with(connection, jooq -> {
            List<Standing> standings = new ArrayList<>(rows.size());
            for (Record found : Planned.fetch(jooq, sql(rows).compare(), values(rows))) {
                R row = rows.get(standings.size());
                Boolean there = found.get(0, Boolean.class);
                Boolean[] differs = found.get(1, Boolean[].class);
                standings.add(standing(row, Boolean.TRUE.equals(there), differs));
            }
            return standings;
        });
    }

    /** Returns a row's key. */
    String key(R row) {
        return String.valueOf(upsert.columns().get(0).value().apply(row));
    }

    private Standing standing(R row, boolean there, Boolean @Nullable [] differs) {
        String key = key(row);
        if (!there) {
            return new Standing(State.MISSING, key, List.of());
        }
        List<String> columns = new ArrayList<>();
        for (int i = 0; differs != null && i < differs.length; i++) {
            if (Boolean.TRUE.equals(differs[i])) {
                columns.add(facts.get(i + 1).name());
            }
        }
        if (columns.isEmpty()) {
            return new Standing(State.SAME, key, columns);
        }
        boolean leftAlone = upsert.conflictRule() == ConflictRule.NOTHING;
        return new Standing(leftAlone ? State.LEFT_ALONE : State.DIFFERENT, key, columns);
    }

    @Override
    public Set<TableName> tables() {
        return upsert.tables();
    }

    /** Sorted by key, so that writers never wait for each other in a circle; one row a key. */
    private List<R> distinct(List<R> rows) {
        boolean firstWins = upsert.conflictRule() == ConflictRule.NOTHING;
        List<Keyed<R>> keyed = new ArrayList<>(rows.size());
        rows.forEach(row -> keyed.add(new Keyed<>(key(row), row)));
        // Pages come nearly sorted, for which a stable sort takes hardly more than a look.
        keyed.sort(Comparator.comparing(Keyed::key));
        List<R> distinct = new ArrayList<>(rows.size());
        for (int i = 0; i < keyed.size(); i++) {
            int other = firstWins ? i - 1 : i + 1;
            boolean loses = other >= 0
                    && other < keyed.size()
                    && keyed.get(other).key().equals(keyed.get(i).key());
            if (!loses) {
                distinct.add(keyed.get(i).row());
            }
        }
        return distinct;
    }

    private record Keyed<R>(String key, R row) {}

    private Object[] arrays(List<R> rows) {
        List<Object> arrays = new ArrayList<>();
        for (int i = 0; i < facts.size(); i++) {
            List<@Nullable Object> values = new ArrayList<>(rows.size());
            for (R row : rows) {
                values.add(value(i, row));
            }
            arrays.add(
                    facts.get(i).isInteger()
                            ? BoundArray.of(values.toArray(new Long[0]))
                            : BoundArray.of(values.toArray(new String[0])));
        }
        return arrays.toArray();
    }

    private @Nullable Object value(int column, R row) {
        Object value = upsert.columns().get(column).value().apply(row);
        if (value == null) {
            return null;
        }
        return facts.get(column).isInteger() ? (Object) ColumnValues.number(value) : value.toString();
    }
}
