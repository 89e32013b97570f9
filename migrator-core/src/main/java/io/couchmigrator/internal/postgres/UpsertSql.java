// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.ConflictRule;
import io.couchmigrator.TableName;
import io.couchmigrator.Upsert;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.impl.DSL;

/** The text of an upsert's statements, the same for every batch. */
final class UpsertSql {
    private static final Set<String> BITS = Set.of("\"bit\"", "bit varying");

    private final Upsert<?> upsert;
    private final List<ColumnFacts> facts;
    private final String table;
    private final String into;
    private final String key;
    private final String source;

    private UpsertSql(Upsert<?> upsert, TableName into, List<ColumnFacts> facts, String values) {
        this.upsert = upsert;
        this.facts = facts;
        this.table = Jooq.sql(Jooq.table(upsert.table()));
        this.into = Jooq.sql(Jooq.table(into));
        this.key = quoted(facts.get(0).name());
        this.source = IntStream.range(0, facts.size())
                .mapToObj(i -> values.formatted(facts.get(i).isInteger() ? "bigint" : "text"))
                .collect(Collectors.joining(
                        ", ",
                        "unnest(",
                        ") with ordinality u("
                                + IntStream.range(0, facts.size())
                                        .mapToObj(i -> "c" + i)
                                        .collect(Collectors.joining(", "))
                                + ", n)"));
    }

    /**
     * Returns the statements for any number of rows, whose values are given as an array for each column.
     *
     * @param into the table that rows go into: the upsert's own, or the one behind it if that is a view
     */
    static UpsertSql ofArrays(Upsert<?> upsert, TableName into, List<ColumnFacts> facts) {
        return new UpsertSql(upsert, into, facts, "?::%s[]");
    }

    /** Returns the statements for one row, whose values are given as they are: a large text costs several times its size within an array. */
    static UpsertSql ofOne(Upsert<?> upsert, TableName into, List<ColumnFacts> facts) {
        return new UpsertSql(upsert, into, facts, "array[?::%s]");
    }

    /** Inserts the rows whose keys are not there: a row that is there costs no value of the table's sequence. */
    String insert() {
        return inserting("where not exists (%s)".formatted(there("1") + (isView() ? " offset 0" : "")));
    }

    /** Inserts rows that may be there, as far as triggers and constraints see them before their keys are found. */
    String offer() {
        return inserting("");
    }

    private String inserting(String where) {
        List<String> columns = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < facts.size(); i++) {
            columns.add(quoted(facts.get(i).name()));
            values.add(value(i));
        }
        upsert.expressions().forEach(expression -> {
            columns.add(quoted(expression.column()));
            values.add(expression.sql());
        });
        return """
                insert into %s (%s)
                select %s from %s
                %s
                order by u.n
                on conflict (%s) do %s""".formatted(
                into,
                String.join(", ", columns),
                String.join(", ", values),
                source,
                where,
                key,
                upsert.conflictRule() == ConflictRule.NOTHING ? "nothing" : "update set " + assignments("excluded."));
    }

    /** Changes the rows that are there and differ, and counts those that were given: children of the table may have a key, too. */
    String update() {
        if (facts.size() == 1) {
            return "";
        }
        String set = IntStream.range(1, facts.size())
                .mapToObj(i -> quoted(facts.get(i).name()) + " = " + value(i))
                .collect(Collectors.joining(", "));
        return "with changed as (update %s b set %s from %s where b.%s = %s and %s returning u.n) select count(distinct n) from changed"
                .formatted(table, set, source, key, value(0), differ(IntStream.range(1, facts.size())));
    }

    /** Deletes the rows that are there and differ. */
    String clear() {
        return "delete from %s b using %s where b.%s = %s and %s"
                .formatted(table, source, key, value(0), differ(IntStream.range(1, facts.size())));
    }

    /** Tells of each key, in order, whether it is there. */
    String isThere() {
        // OFFSET keeps the server from reading the whole table to answer for all keys at once.
        return "select exists (%s offset 0) from unnest(?::%s[]) with ordinality u(c0, n) order by u.n"
                .formatted(there("1"), facts.get(0).isInteger() ? "bigint" : "text");
    }

    /** Tells of each row, in order, whether its key is there and which other columns differ. */
    String compare() {
        String differs = IntStream.range(1, facts.size())
                .mapToObj(i -> differ(IntStream.of(i)))
                .collect(Collectors.joining(", "));
        String columns =
                facts.stream().map(column -> "b." + quoted(column.name())).collect(Collectors.joining(", "));
        return "select b.%s is not null, array[%s]::boolean[] from %s left join lateral (%s limit 1) b on true order by u.n"
                .formatted(key, differs, source, there(columns));
    }

    /**
     * Asks for what is there with a row's key, which a view's tables or a table's children may have more than once. Of a view
     * over several tables that must be asked key by key, which LIMIT and OFFSET see to: joined with it, the server would read
     * whole tables.
     */
    private String there(String what) {
        return "select %s from %s b where b.%s = %s".formatted(what, table, key, value(0));
    }

    private boolean isView() {
        return !into.equals(table);
    }

    /** By their images: not all types have an equality, and that of others takes {@code 1.0} for {@code 1}. */
    private String differ(IntStream columns) {
        List<String> old = new ArrayList<>();
        List<String> fresh = new ArrayList<>();
        columns.forEach(i -> {
            String type = comparedAs(facts.get(i));
            old.add("b.%s::%s".formatted(quoted(facts.get(i).name()), type));
            fresh.add("u.c%s::%s".formatted(i, type));
        });
        return "row(%s)::record *<> row(%s)::record".formatted(String.join(", ", old), String.join(", ", fresh));
    }

    /**
     * Returns the type to which a value is cast to see what it would be in its column. A cast cuts what is too long, where
     * storing it is refused, so types that do so are compared whole; only {@code char(n)} must get its blanks.
     */
    private static String comparedAs(ColumnFacts column) {
        if (BITS.contains(column.type())) {
            return "bit varying";
        }
        return column.isText() && !column.type().equals("bpchar") ? "text" : column.stored();
    }

    private String assignments(String from) {
        return IntStream.range(0, facts.size())
                .mapToObj(i -> quoted(facts.get(i).name()) + " = " + from
                        + quoted(facts.get(i).name()))
                .collect(Collectors.joining(", "));
    }

    private String value(int i) {
        ColumnFacts column = facts.get(i);
        return "u.c" + i + (column.isText() || column.isInteger() ? "" : "::" + column.type());
    }

    private static String quoted(String name) {
        return Jooq.sql(DSL.quotedName(name));
    }
}
