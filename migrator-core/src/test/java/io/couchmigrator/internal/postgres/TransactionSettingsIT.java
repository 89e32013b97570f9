// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Changes;
import io.couchmigrator.SourceRow;
import io.couchmigrator.TableStage;
import io.couchmigrator.Upsert;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

/** Neither a role's settings nor the JVM's change what is written or seen. */
@ExtendWith(MigratorExtension.class)
@Tag("values")
final class TransactionSettingsIT {
    /** For each setting a value that is not the one that transactions have. */
    private static final Map<String, String> ODD = Map.ofEntries(
            Map.entry("row_security", "on"),
            Map.entry("gin_fuzzy_search_limit", "1"),
            Map.entry("TimeZone", "Asia/Kathmandu"),
            Map.entry("timezone_abbreviations", "India"),
            Map.entry("DateStyle", "ISO, DMY"),
            Map.entry("IntervalStyle", "sql_standard"),
            Map.entry("array_nulls", "off"),
            Map.entry("extra_float_digits", "-10"),
            Map.entry("bytea_output", "escape"),
            Map.entry("xmlbinary", "hex"),
            Map.entry("xmloption", "document"),
            Map.entry("lc_monetary", "POSIX"),
            Map.entry("lc_numeric", "POSIX"),
            Map.entry("lc_time", "POSIX"),
            Map.entry("standard_conforming_strings", "off"),
            Map.entry("backslash_quote", "on"),
            Map.entry("transform_null_equals", "on"),
            Map.entry("quote_all_identifiers", "on"),
            Map.entry("client_min_messages", "notice"));

    /** The column's type, the value as it is given, and the value as the server shows it. */
    private static final List<List<String>> VALUES = List.of(
            List.of("timestamptz", "2018-10-24T20:58:39", "2018-10-24 20:58:39+00"),
            List.of("timestamptz", "2018-10-24 20:58:39 IST", "2018-10-24 18:58:39+00"),
            List.of("date", "02/01/2018", "2018-02-01"),
            List.of("interval", "-1 2:00", "-1 days +02:00:00"),
            List.of("text[]", "{null,a}", "{NULL,a}"),
            List.of("float8", "0.1234567890123456", "0.1234567890123456"),
            List.of("bytea", "\\x00ff", "\\x00ff"),
            List.of("xml", "<a/><b/>", "<a/><b/>"),
            List.of("json", "{\"a\": 1}", "{\"a\": 1}"),
            List.of("money", "1.50", "$1.50"));

    @Test
    void areTheSameWhateverTheRoleHas(TestDatabase database) throws SQLException {
        DataSource odd = odd(database);
        Map<String, String> pinned = new LinkedHashMap<>();

        try (Session session = new Session(odd)) {
            for (String name : TransactionSettings.settings().keySet()) {
                pinned.put(name, session.transaction(connection -> setting(connection, name)));
            }
        }

        assertThat(pinned).isEqualTo(TransactionSettings.settings());
        try (Connection connection = odd.getConnection()) {
            for (String name : pinned.keySet()) {
                assertThat(setting(connection, name)).as(name).isEqualTo(ODD.get(name));
            }
        }
    }

    @Test
    void makeTheSameRows(TestDatabase database) throws SQLException {
        database.execute("create table t (k text unique, slashes text, nulls text%s)"
                .formatted(columns().entrySet().stream()
                        .map(column -> ", %s %s"
                                .formatted(column.getKey(), column.getValue().get(0)))
                        .collect(Collectors.joining())));
        Upsert<String> upsert = upsert();

        written(odd(database), upsert, "a");
        written(database.dataSource(), upsert, "b");

        try (Session session = new Session(odd(database))) {
            List<String> first = session.transaction(connection -> shown(connection, "a"));
            List<String> second = session.transaction(connection -> shown(connection, "b"));
            List<Standing> standings = session.transaction(
                    connection -> Upserts.prepared(connection, upsert).compare(connection, List.of("a", "b")));
            assertThat(first)
                    .isEqualTo(second)
                    .startsWith("a\\b", "true")
                    .endsWith(VALUES.stream().map(value -> value.get(2)).toArray(String[]::new));
            assertThat(standings).extracting(Standing::state).containsExactly(State.SAME, State.SAME);
        }
    }

    @Test
    void readTheSameFromATable(TestDatabase database) throws SQLException {
        database.execute(
                "create table src (id integer primary key, at timestamptz, local timestamp, day date, clock time,"
                        + " size bigint, part numeric, share float8, span interval);"
                        + "insert into src values (1, '2018-10-24 20:58:39.5+00', '2018-10-24 20:58:39', '2018-10-24', '20:58:39',"
                        + " 1234567, 1234.50, 0.1234567890123456, '1 day 2:00')");
        TableStage<String> stage = TableStage.<String>builder("src")
                .columns("at", "local", "day", "clock", "size", "part", "share", "span")
                .transform((row, context) -> List.of())
                .writer((connection, changes) -> 0)
                .build();

        try (Session session = new Session(odd(database))) {
            List<SourceRow> rows = session.transaction(connection -> Statements.page(connection, stage, null, 10));

            assertThat(stage.columns().stream()
                            .map(column -> rows.get(0).text(column).orElseThrow()))
                    .containsExactly(
                            "2018-10-24T20:58:39.500Z",
                            "2018-10-24 20:58:39.0",
                            "2018-10-24",
                            "20:58:39",
                            "1234567",
                            "1234.50",
                            "0.1234567890123456",
                            "+0-0 +1 02:00:00.000000000");
        }
    }

    private static Map<String, List<String>> columns() {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        VALUES.forEach(value -> columns.put("c" + columns.size(), value));
        return columns;
    }

    private static Upsert<String> upsert() {
        Upsert.Builder<String> upsert = Upsert.<String>into("t")
                .key("k", key -> key)
                .expression("slashes", "'a\\b'")
                .expression("nulls", "(null = null) is null");
        columns().forEach((column, value) -> upsert.column(column, key -> value.get(1)));
        return upsert.build();
    }

    private static void written(DataSource target, Upsert<String> upsert, String key) throws SQLException {
        try (Session session = new Session(target)) {
            session.transaction(
                    connection -> Upserts.prepared(connection, upsert).write(connection, Changes.of(List.of(key))));
        }
    }

    private static List<String> shown(Connection connection, String key) throws SQLException {
        String shown = columns().keySet().stream().map(", %s::text"::formatted).collect(Collectors.joining());
        return Jooq.with(
                connection,
                jooq -> List.of(jooq.fetchSingle("select slashes, nulls" + shown + " from t where k = ?", key)
                        .into(String[].class)));
    }

    private static String setting(Connection connection, String name) throws SQLException {
        return Jooq.with(connection, jooq -> jooq.resultQuery("select current_setting(?)", name)
                .fetchSingleInto(String.class));
    }

    /** Returns connections of a role that has odd settings; some the driver sets, so that they are set after it. */
    private static DataSource odd(TestDatabase database) throws SQLException {
        for (Map.Entry<String, String> setting : ODD.entrySet()) {
            database.execute(
                    "alter role %s set %s = '%s'".formatted(database.user(), setting.getKey(), setting.getValue()));
        }
        PGSimpleDataSource odd = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                try (Statement statement = connection.createStatement()) {
                    for (String name : List.of("TimeZone", "DateStyle", "extra_float_digits")) {
                        statement.execute("set %s = '%s'".formatted(name, ODD.get(name)));
                    }
                }
                return connection;
            }
        };
        odd.setUrl(database.jdbcUrl());
        odd.setUser(database.user());
        odd.setPassword(database.password());
        return odd;
    }
}
