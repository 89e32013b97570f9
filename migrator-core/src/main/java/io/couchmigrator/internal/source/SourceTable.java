// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.SourceRow;
import io.couchmigrator.TableStage;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.postgres.Halves;
import io.couchmigrator.internal.postgres.RowAttempts;
import io.couchmigrator.internal.postgres.RowAttempts.RefusedException;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.retry.Patience;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of the table of a stage. Where the server cannot send all of them, or its driver cannot take them, they are
 * read again by their keys, in halves, until the rows that cannot be read stand alone: a text that is not in the database's
 * encoding hides no other row. Safe for use by multiple threads, each with a session of its own.
 */
record SourceTable(TableStage<?> stage, Patience patience) {
    /** Returns how people call what is done here. */
    String reading() {
        return "read table \"%s\"".formatted(stage.table());
    }

    /**
     * A page of the table.
     *
     * @param items what there is under its keys, in their order
     * @param mayGoOn whether the table may have more after it. That it has fewer items than were asked for says nothing:
     *     a row may be deleted between its key and itself
     */
    record Page(List<Item<SourceRow>> items, boolean mayGoOn) {}

    /**
     * Returns what there is under the keys that come next; nothing only at the end.
     *
     * @param after the key they come after; null for the first
     */
    Page page(Session session, @Nullable Long after, int limit) {
        RowAttempts attempts = attempts(session);
        try {
            List<SourceRow> rows = patience.persist(
                    () -> attempts.make(limit, connection -> Statements.page(connection, stage, after, limit)));
            return new Page(found(rows), rows.size() >= limit);
        } catch (RefusedException e) {
            return byKeys(session, attempts, after, limit);
        }
    }

    private Page byKeys(Session session, RowAttempts attempts, @Nullable Long after, int limit) {
        @Nullable Long position = after;
        Page page;
        do {
            Long from = position;
            List<Long> keys = patience.persist(
                    () -> session.attempt(reading(), connection -> Statements.keys(connection, stage, from, limit)));
            page = new Page(byKeys(attempts, keys), keys.size() >= limit);
            position = keys.isEmpty() ? position : keys.get(keys.size() - 1);
        } while (page.items().isEmpty() && page.mayGoOn());
        return page;
    }

    /** Returns what there is under some keys, in their order; what is not there is left out. */
    List<Item<SourceRow>> byKeys(Session session, Collection<Long> keys) {
        return byKeys(attempts(session), keys.stream().sorted().toList());
    }

    private List<Item<SourceRow>> byKeys(RowAttempts attempts, List<Long> keys) {
        List<Item<SourceRow>> items = new ArrayList<>();
        if (!keys.isEmpty()) {
            Halves.of(
                    keys,
                    some -> items.addAll(found(read(attempts, some))),
                    (key, fault) -> items.add(new Item.Unreadable<>(
                            new RowId(key), "", "PostgreSQL has the row but cannot send it: " + said(fault))));
        }
        return items;
    }

    private List<SourceRow> read(RowAttempts attempts, List<Long> keys) {
        return patience.persist(
                () -> attempts.make(keys.size(), connection -> Statements.byIds(connection, stage, keys)));
    }

    private RowAttempts attempts(Session session) {
        return new RowAttempts(session, reading(), connection -> Statements.byIds(connection, stage, List.of()));
    }

    private static String said(SqlFault fault) {
        return fault.sqlState().isEmpty() ? "its values are not understood" : fault.withoutValues();
    }

    private static List<Item<SourceRow>> found(List<SourceRow> rows) {
        return rows.stream().<Item<SourceRow>>map(TableFeed::found).toList();
    }
}
