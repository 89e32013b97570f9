// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultOrRows;
import org.jooq.Results;

/**
 * Runs a statement under settings of the planner that keep it from scanning a table whole for every batch, while that grows:
 * see {@code docs/decisions/0002-plans-that-hold-while-tables-grow.md}. They are set before it and put back after it in the
 * same round trip, so that a caller's writer and triggers at the end of the transaction are planned as the server has it.
 */
final class Planned {
    private static final Settings JOINED = new Settings(
            setting("plan_cache_mode", "force_custom_plan"),
            setting("enable_hashjoin", "off"),
            setting("enable_mergejoin", "off"));

    /** Where the first rows of an index are wanted, whatever the statistics say of how many there are. */
    private static final Settings WALKED = new Settings(
            setting("enable_seqscan", "off"), setting("enable_bitmapscan", "off"), setting("enable_sort", "off"));

    /** The statement's own among the results of the three. */
    private static final int OWN = 1;

    private Planned() {}

    static Result<Record> fetch(DSLContext jooq, String sql, Object... bindings) {
        return fetched(jooq.fetchMany(JOINED.around(sql), bindings));
    }

    static Result<Record> fetch(DSLContext jooq, String sql, QueryPart... parts) {
        return fetched(jooq.fetchMany(JOINED.around(sql), parts));
    }

    /** Fetches the first rows of an index, in its order. */
    static Result<Record> walk(DSLContext jooq, String sql, Object... bindings) {
        return fetched(jooq.fetchMany(WALKED.around(sql), bindings));
    }

    /** Returns how many rows it changed. */
    static int execute(DSLContext jooq, String sql, Object... bindings) {
        return own(jooq.fetchMany(JOINED.around(sql), bindings)).rows();
    }

    private static Result<Record> fetched(Results results) {
        Result<Record> rows = own(results).result();
        if (rows == null) {
            throw new IllegalStateException("a statement of the migrator returned no rows: expected a query");
        }
        return rows;
    }

    private static ResultOrRows own(Results results) {
        return results.resultsOrRows().get(OWN);
    }

    /** A setting for one statement: how it is set, and how it is put back. */
    private record Setting(String set, String restored) {}

    private static Setting setting(String name, String value) {
        return new Setting(
                "set_config('%s', current_setting('%s'), true), set_config('%s', '%s', true)"
                        .formatted(kept(name), name, name, value),
                "set_config('%s', current_setting('%s'), true)".formatted(name, kept(name)));
    }

    private record Settings(String before, String after) {
        Settings(Setting... settings) {
            this(select(settings, Setting::set), select(settings, Setting::restored));
        }

        String around(String sql) {
            return before + "; " + sql + "; " + after;
        }

        private static String select(Setting[] settings, Function<Setting, String> expression) {
            return Stream.of(settings).map(expression).collect(Collectors.joining(", ", "select ", ""));
        }
    }

    private static String kept(String name) {
        return "couch_migrator." + name;
    }
}
