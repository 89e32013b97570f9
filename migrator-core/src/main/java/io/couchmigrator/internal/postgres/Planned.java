// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

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
    private static final String BEFORE = select(
            setting("plan_cache_mode", "force_custom_plan"),
            setting("enable_hashjoin", "off"),
            setting("enable_mergejoin", "off"));

    private static final String AFTER =
            select(restored("plan_cache_mode"), restored("enable_hashjoin"), restored("enable_mergejoin"));

    /** The statement's own among the results of the three. */
    private static final int OWN = 1;

    private Planned() {}

    static Result<Record> fetch(DSLContext jooq, String sql, Object... bindings) {
        return fetched(jooq.fetchMany(around(sql), bindings));
    }

    static Result<Record> fetch(DSLContext jooq, String sql, QueryPart... parts) {
        return fetched(jooq.fetchMany(around(sql), parts));
    }

    /** Returns how many rows it changed. */
    static int execute(DSLContext jooq, String sql, Object... bindings) {
        return own(jooq.fetchMany(around(sql), bindings)).rows();
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

    private static String around(String sql) {
        return BEFORE + "; " + sql + "; " + AFTER;
    }

    private static String select(String... expressions) {
        return Stream.of(expressions).collect(Collectors.joining(", ", "select ", ""));
    }

    private static String setting(String name, String value) {
        return "set_config('%s', current_setting('%s'), true), set_config('%s', '%s', true)"
                .formatted(kept(name), name, name, value);
    }

    private static String restored(String name) {
        return "set_config('%s', current_setting('%s'), true)".formatted(name, kept(name));
    }

    private static String kept(String name) {
        return "couch_migrator." + name;
    }
}
