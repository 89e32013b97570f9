// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.ConflictRule;
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
    private final Upsert<?> upsert;
    private final List<ColumnFacts> facts;
    private final String table;
    private final String into;
    private final String key;
    private final String source;

    /** @param into the table that rows go into: the upsert's own, or the one behind it if that is a view */
    UpsertSql(Upsert<?> upsert, String into, List<ColumnFacts> facts) {
        this.upsert = upsert;
        this.facts = facts;
        this.table = Jooq.sql(Jooq.table(upsert.table()));
        this.into = Jooq.sql(Jooq.table(into));
        this.key = quoted(facts.get(0).name());
        this.source = IntStream.range(0, facts.size())
                .mapToObj(i -> facts.get(i).isInteger() ? "?::bigint[]" : "?::text[]")
                .collect(Collectors.joining(
                        ", ",
                        "unnest(",
                        ") with ordinality u("
                                + IntStream.range(0, facts.size())
                                        .mapToObj(i -> "c" + i)
                                        .collect(Collectors.joining(", "))
                                + ", n)"));
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

    String update() {
        if (facts.size() == 1) {
            return "";
        }
        String old = IntStream.range(1, facts.size()).mapToObj(this::old).collect(Collectors.joining(", "));
        String fresh = IntStream.range(1, facts.size()).mapToObj(this::fresh).collect(Collectors.joining(", "));
        String set = IntStream.range(1, facts.size())
                .mapToObj(i -> quoted(facts.get(i).name()) + " = " + value(i))
                .collect(Collectors.joining(", "));
        return "update %s b set %s from %s where b.%s = %s and (%s) is distinct from (%s)"
                .formatted(table, set, source, key, value(0), old, fresh);
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
                .mapToObj(i -> "%s is distinct from %s".formatted(old(i), fresh(i)))
                .collect(Collectors.joining(", "));
        String joined = isView()
                ? "lateral (%s limit 1) b on true".formatted(there("b.*"))
                : "%s b on b.%s = %s".formatted(table, key, value(0));
        return "select b.%s is not null, array[%s]::boolean[] from %s left join %s order by u.n"
                .formatted(key, differs, source, joined);
    }

    /**
     * Asks for what is there with a row's key. Of a view over several tables that must be asked key by key, which LIMIT and
     * OFFSET see to: joined with it, the server would read whole tables.
     */
    private String there(String what) {
        return "select %s from %s b where b.%s = %s".formatted(what, table, key, value(0));
    }

    private boolean isView() {
        return !into.equals(table);
    }

    private String old(int i) {
        return "b." + quoted(facts.get(i).name()) + (isComparable(i) ? "" : "::text");
    }

    private String fresh(int i) {
        return isComparable(i) ? value(i) : "u.c" + i;
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

    /** These types keep their text and have no equality of their own. */
    private boolean isComparable(int i) {
        return !Set.of("json", "xml").contains(facts.get(i).type());
    }

    private static String quoted(String name) {
        return Jooq.sql(DSL.quotedName(name));
    }
}
