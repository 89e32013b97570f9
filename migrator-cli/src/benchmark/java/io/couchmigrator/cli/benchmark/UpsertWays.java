// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import static org.jooq.impl.DSL.currentTimestamp;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.using;
import static org.jooq.impl.DSL.values;

import io.couchmigrator.Change;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Upserts;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.Row7;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** The ways that were thought of. */
final class UpsertWays {
    private static final Table<Record> BLOBS = table(name("blobs_blobmeta"));
    private static final Field<String> KEY = text("key");
    private static final Field<String> DOMAIN = text("domain");
    private static final Field<String> PARENT_ID = text("parent_id");
    private static final Field<String> NAME = text("name");
    private static final Field<Short> TYPE_CODE = field(name("type_code"), SQLDataType.SMALLINT);
    private static final Field<Integer> CONTENT_LENGTH = field(name("content_length"), SQLDataType.INTEGER);
    private static final Field<String> CONTENT_TYPE = text("content_type");
    private static final Field<?> CREATED_ON = field(name("created_on"));
    private static final List<Field<?>> COLUMNS =
            List.of(KEY, DOMAIN, PARENT_ID, NAME, TYPE_CODE, CONTENT_LENGTH, CONTENT_TYPE);
    private static final Map<String, String> REWRITTEN = Map.of("reWriteBatchedInserts", "true");

    private UpsertWays() {}

    static List<WriteWay<BlobRow>> all() {
        return List.of(
                new BatchOfSelects(),
                new BatchOfValues("batch of VALUES, keys asked first", Map.of()),
                new BatchOfValues("the same, reWriteBatchedInserts", REWRITTEN),
                new ManyValues(),
                new Library(),
                new Copy());
    }

    /** One statement a row, prepared once, sent together. The driver rewrites no such statement. */
    private record BatchOfSelects() implements WriteWay<BlobRow> {
        @Override
        public String title() {
            return "batch of INSERT … SELECT";
        }

        @Override
        public void write(Connection connection, List<Change<BlobRow>> changes) {
            DSLContext jooq = using(connection, SQLDialect.POSTGRES);
            List<Field<?>> parameters = new ArrayList<>();
            COLUMNS.forEach(column -> parameters.add(param(column.getName(), column.getDataType())));
            parameters.add(now());
            Query insert = jooq.insertInto(BLOBS, withCreatedOn())
                    .select(select(parameters)
                            .where(notExists(selectOne().from(BLOBS).where(KEY.eq(param("same", KEY.getDataType()))))))
                    .onConflict(KEY)
                    .doNothing();
            BatchBindStep batch = jooq.batch(insert);
            for (BlobRow one : Change.rows(changes)) {
                batch = batch.bind(
                        one.key(),
                        one.domain(),
                        one.parentId(),
                        one.name(),
                        (short) one.typeCode(),
                        (int) one.contentLength(),
                        one.contentType(),
                        one.key());
            }
            batch.execute();
        }
    }

    /** The only kind of statement that the driver rewrites; which keys are there must be asked before. */
    private record BatchOfValues(String title, Map<String, String> properties) implements WriteWay<BlobRow> {
        @Override
        public void write(Connection connection, List<Change<BlobRow>> changes) {
            DSLContext jooq = using(connection, SQLDialect.POSTGRES);
            String[] keys = Change.rows(changes).stream().map(BlobRow::key).toArray(String[]::new);
            Set<String> there = new HashSet<>(jooq.resultQuery(
                            "select b.key from unnest({0}) u(key) join blobs_blobmeta b on b.key = u.key",
                            DSL.val(keys, SQLDataType.VARCHAR.array()))
                    .fetch(KEY));
            if (there.size() == changes.size()) {
                return;
            }
            List<Field<?>> parameters = new ArrayList<>();
            COLUMNS.forEach(column -> parameters.add(param(column.getName(), column.getDataType())));
            parameters.add(now());
            Query insert = jooq.insertInto(BLOBS, withCreatedOn())
                    .values(parameters)
                    .onConflict(KEY)
                    .doNothing();
            BatchBindStep batch = jooq.batch(insert);
            for (BlobRow one : Change.rows(changes)) {
                if (!there.contains(one.key())) {
                    batch = batch.bind(
                            one.key(),
                            one.domain(),
                            one.parentId(),
                            one.name(),
                            (short) one.typeCode(),
                            (int) one.contentLength(),
                            one.contentType());
                }
            }
            batch.execute();
        }
    }

    /** One statement with a parameter for every value. */
    private record ManyValues() implements WriteWay<BlobRow> {
        @Override
        public String title() {
            return "multi-row VALUES";
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public void write(Connection connection, List<Change<BlobRow>> changes) {
            Row7[] values = Change.rows(changes).stream()
                    .map(one -> row(
                            one.key(),
                            one.domain(),
                            one.parentId(),
                            one.name(),
                            (short) one.typeCode(),
                            (int) one.contentLength(),
                            one.contentType()))
                    .toArray(Row7[]::new);
            Table<?> fresh = values(values)
                    .as("fresh", COLUMNS.stream().map(Field::getName).toArray(String[]::new));
            List<Field<?>> selected = new ArrayList<>();
            COLUMNS.forEach(column -> selected.add(field(name("fresh", column.getName()), column.getDataType())));
            selected.add(now());
            Name there = name("there");
            using(connection, SQLDialect.POSTGRES)
                    .insertInto(BLOBS, withCreatedOn())
                    .select(select(selected)
                            .from(fresh)
                            .where(notExists(selectOne()
                                    .from(BLOBS.as(there))
                                    .where(field(name("there", "key"), String.class)
                                            .eq(field(name("fresh", "key"), String.class))))))
                    .onConflict(KEY)
                    .doNothing()
                    .execute();
        }
    }

    /** One statement with a parameter for every column: what the library does. */
    private static final class Library implements WriteWay<BlobRow> {
        private @Nullable Writer<BlobRow> writer;

        @Override
        public String title() {
            return "unnest of arrays: the library";
        }

        @Override
        public void open(Connection connection) throws SQLException {
            writer = Upserts.prepared(connection, BlobRow.upsert());
        }

        @Override
        public void write(Connection connection, List<Change<BlobRow>> changes) throws SQLException {
            Objects.requireNonNull(writer).write(connection, changes);
        }
    }

    /** The server's own bulk format, into a table that forgets its rows with the transaction. */
    private record Copy() implements WriteWay<BlobRow> {
        private static final String NAMES = "key, domain, parent_id, name, type_code, content_length, content_type";

        @Override
        public String title() {
            return "COPY, then INSERT … SELECT";
        }

        @Override
        public void open(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "CREATE TEMPORARY TABLE incoming ON COMMIT DELETE ROWS AS SELECT %s FROM blobs_blobmeta LIMIT 0"
                                .formatted(NAMES));
            }
        }

        @Override
        public void write(Connection connection, List<Change<BlobRow>> changes) throws Exception {
            StringBuilder text = new StringBuilder();
            for (BlobRow one : Change.rows(changes)) {
                text.append(one.key()).append('\t');
                text.append(one.domain()).append('\t');
                text.append(one.parentId()).append('\t');
                text.append(one.name()).append('\t');
                text.append(one.typeCode()).append('\t');
                text.append(one.contentLength()).append('\t');
                text.append(one.contentType()).append('\n');
            }
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY incoming FROM STDIN", new StringReader(text.toString()));
            using(connection, SQLDialect.POSTGRES).execute("""
                            INSERT INTO blobs_blobmeta (%1$s, created_on) SELECT %1$s, clock_timestamp() FROM incoming i
                            WHERE NOT EXISTS (SELECT 1 FROM blobs_blobmeta b WHERE b.key = i.key)
                            ORDER BY key ON CONFLICT (key) DO NOTHING""".formatted(NAMES));
        }
    }

    private static List<Field<?>> withCreatedOn() {
        List<Field<?>> columns = new ArrayList<>(COLUMNS);
        columns.add(CREATED_ON);
        return columns;
    }

    private static Field<?> now() {
        return field("clock_timestamp()", currentTimestamp().getDataType());
    }

    private static Field<String> text(String column) {
        return field(name(column), SQLDataType.VARCHAR);
    }
}
