// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.CompletionTable;
import io.couchmigrator.Lookup;
import io.couchmigrator.SourceRow;
import io.couchmigrator.TableName;
import io.couchmigrator.TableStage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jooq.Name;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The statements of a run that are not the rows it writes. Each is one round trip, whatever the number of keys. */
public final class Statements {
    private static final String LOOKUP = "select {0}::bigint as k, min({1}::text) as v from {2}"
            + " where {0} = any({3}) and {1} is not null group by 1";

    /** Comes first: an INSERT that ends in a conflict would still draw from the table's sequence. */
    private static final String COMPLETE_AGAIN = "update {0} set {2} = now() where {1} = {3}";

    private static final String COMPLETE =
            "insert into {0} ({1}, {2}) values ({3}, now()) on conflict ({1}) do update set {2} = now()";

    private Statements() {}

    /** Returns whether a table exists. */
    public static boolean exists(Connection connection, TableName table) throws SQLException {
        return TableFacts.of(connection, table).isPresent();
    }

    /** Runs what is deferred to the end of the transaction, so that an error is that of the rows before it, and what it does can be seen. */
    static void runDeferred(Connection connection) throws SQLException {
        try (Statement deferred = connection.createStatement()) {
            deferred.execute("set constraints all immediate");
        }
    }

    /** Returns how many rows a source table has, for display: where counting takes too long, what the server estimates. */
    public static long count(Connection connection, TableStage<?> stage) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            return counted(connection, stage);
        } catch (SQLException e) {
            if (!SqlFault.of(e).isOfTooMuch()) {
                throw e;
            }
            connection.rollback(before);
            return estimated(connection, stage);
        }
    }

    private static long estimated(Connection connection, TableStage<?> stage) throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery(
                        "select greatest(reltuples, 0)::bigint from pg_class where oid = to_regclass(?)",
                        Jooq.sql(Jooq.table(stage.table())))
                .fetchSingleInto(long.class));
    }

    private static long counted(Connection connection, TableStage<?> stage) throws SQLException {
        return Jooq.with(connection, jooq -> Optional.ofNullable(
                        jooq.resultQuery("select count(*) from {0}", Jooq.table(stage.table()))
                                .fetchSingle(0, Long.class))
                .orElse(0L));
    }

    /**
     * Returns rows of a source table in the order of their key.
     *
     * @param after the key they come after; null for the first
     */
    public static List<SourceRow> page(Connection connection, TableStage<?> stage, @Nullable Long after, int limit)
            throws SQLException {
        Name key = DSL.quotedName(stage.primaryKey());
        return Jooq.with(
                connection,
                jooq -> rows(
                        stage,
                        Planned.fetch(
                                jooq,
                                "select {0} from {1} where {2} " + from(after) + " {3} order by {2} limit {4}",
                                columns(stage),
                                Jooq.table(stage.table()),
                                key,
                                DSL.val(after == null ? Long.MIN_VALUE : after),
                                DSL.val(limit))));
    }

    /** Returns the keys of {@link #page}, and nothing else of its rows. */
    public static List<Long> keys(Connection connection, TableStage<?> stage, @Nullable Long after, int limit)
            throws SQLException {
        Name key = DSL.quotedName(stage.primaryKey());
        return Jooq.with(connection, jooq -> Planned.fetch(
                        jooq,
                        "select {0}::bigint from {1} where {0} " + from(after) + " {2} order by {0} limit {3}",
                        key,
                        Jooq.table(stage.table()),
                        DSL.val(after == null ? Long.MIN_VALUE : after),
                        DSL.val(limit))
                .map(row -> Objects.requireNonNull(row.get(0, Long.class))));
    }

    /** The lowest key that there can be is a key, too. */
    private static String from(@Nullable Long after) {
        return after == null ? ">=" : ">";
    }

    /** Returns the rows of a source table that have these keys, in the order of their key. */
    public static List<SourceRow> byIds(Connection connection, TableStage<?> stage, Collection<Long> ids)
            throws SQLException {
        return Jooq.with(
                connection,
                jooq -> rows(
                        stage,
                        Planned.fetch(
                                jooq,
                                "select {0} from {1} where {2} = any({3}) order by {2}",
                                columns(stage),
                                Jooq.table(stage.table()),
                                DSL.quotedName(stage.primaryKey()),
                                DSL.val(ids.toArray(new Long[0])))));
    }

    /** Returns the key after which the last {@code rows} rows of a source table come; empty if it has no more. */
    public static OptionalLong tailStart(Connection connection, TableStage<?> stage, int rows) throws SQLException {
        Name key = DSL.quotedName(stage.primaryKey());
        return Jooq.with(connection, jooq -> {
            Record start = jooq.fetchOne(
                    "select {0}::bigint from {1} order by {0} desc offset {2} limit 1",
                    key, Jooq.table(stage.table()), DSL.val(rows));
            Long after = start == null ? null : start.get(0, Long.class);
            return after == null ? OptionalLong.empty() : OptionalLong.of(after);
        });
    }

    /** Returns what a lookup finds under each key; keys without a value are left out. */
    public static Map<Long, String> lookup(Connection connection, Lookup.Rows lookup, Collection<Long> keys)
            throws SQLException {
        return Jooq.with(connection, jooq -> {
            Map<Long, String> found = new LinkedHashMap<>();
            for (Record row : Planned.fetch(jooq, LOOKUP, parts(lookup, keys))) {
                found.put(row.get("k", Long.class), row.get("v", String.class));
            }
            return found;
        });
    }

    /** Lets the server plan a lookup, which fails as the lookup would, and reads nothing. */
    static void planLookup(Connection connection, Lookup.Rows lookup) throws SQLException {
        Jooq.with(connection, jooq -> jooq.fetch("explain " + LOOKUP, parts(lookup, List.of())));
    }

    private static QueryPart[] parts(Lookup.Rows lookup, Collection<Long> keys) {
        return new QueryPart[] {
            DSL.quotedName(lookup.keyColumn()),
            DSL.quotedName(lookup.valueColumn()),
            Jooq.table(lookup.table()),
            DSL.val(keys.toArray(new Long[0]))
        };
    }

    /**
     * Records that a migration is complete now.
     *
     * @return whether that is there then; a trigger or a rule of the table may drop it
     */
    public static boolean complete(Connection connection, CompletionTable completion, String slug) throws SQLException {
        QueryPart[] parts = parts(completion, slug);
        return Jooq.with(connection, jooq -> {
            if (jooq.execute(COMPLETE_AGAIN, parts) == 0) {
                jooq.execute(COMPLETE, parts);
            }
            return !jooq.fetch("select 1 from {0} where {1} = {3}", parts).isEmpty();
        });
    }

    /** Lets the server plan how completion is recorded, which fails as that would, and writes nothing. */
    static void planCompletion(Connection connection, CompletionTable completion, String slug) throws SQLException {
        QueryPart[] parts = parts(completion, slug);
        Jooq.with(connection, jooq -> {
            jooq.fetch("explain " + COMPLETE_AGAIN, parts);
            return jooq.fetch("explain " + COMPLETE, parts);
        });
    }

    private static QueryPart[] parts(CompletionTable completion, String slug) {
        return new QueryPart[] {
            Jooq.table(completion.table()),
            DSL.quotedName(completion.slugColumn()),
            DSL.quotedName(completion.timeColumn()),
            DSL.val(slug)
        };
    }

    private static QueryPart columns(TableStage<?> stage) {
        List<Name> names = new ArrayList<>();
        names.add(DSL.quotedName(stage.primaryKey()));
        stage.columns().forEach(column -> names.add(DSL.quotedName(column)));
        return DSL.list(names);
    }

    private static List<SourceRow> rows(TableStage<?> stage, List<Record> records) {
        List<SourceRow> rows = new ArrayList<>(records.size());
        for (Record row : records) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            for (int i = 0; i < stage.columns().size(); i++) {
                values.put(stage.columns().get(i), row.get(i + 1));
            }
            Long id = row.get(0, Long.class);
            rows.add(new SourceRow(id == null ? 0 : id, values));
        }
        return rows;
    }
}
