// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonPrimitive;
import com.google.gson.internal.LazilyParsedNumber;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(MigratorExtension.class)
@Tag("values")
final class UpsertIT {
    record Row(
            @Nullable String key,
            @Nullable Object text,
            @Nullable Number number,
            @Nullable Object other) {
        static Row of(String key, String text) {
            return new Row(key, text, 1, null);
        }
    }

    private static Upsert.Builder<Row> into(String table) {
        return Upsert.<Row>into(table)
                .key("k", Row::key)
                .text("t", row -> row.text() == null ? null : row.text().toString())
                .integer("n", Row::number);
    }

    static Stream<Arguments> values() {
        String grin = "\ud83d\ude00";
        return Stream.of(
                arguments("varchar(3)", grin.repeat(3), null),
                arguments("varchar(3)", grin.repeat(4), "value-too-long"),
                arguments("varchar(3)", "abc ", "value-too-long"),
                arguments("char(3)", "abcd", "value-too-long"),
                arguments("text", "x".repeat(1_000_000), null),
                arguments("text", "a\u0000", "nul-character"),
                arguments("text", "\ud83d", "lone-surrogate"),
                arguments("text", "\ude00\ud83d", "lone-surrogate"),
                arguments("text", "\ud83d\ud83d\ude00", "lone-surrogate"),
                arguments("varchar(3) not null", null, "refused-by-target"),
                arguments("varchar(3)", null, null),
                arguments("smallint", 32767, null),
                arguments("smallint", -32768, null),
                arguments("smallint", 32768, "number-out-of-range"),
                arguments("integer", Integer.MIN_VALUE, null),
                arguments("integer", Integer.MAX_VALUE + 1L, "number-out-of-range"),
                arguments("bigint", Long.MAX_VALUE, null),
                arguments("bigint", BigInteger.ONE.shiftLeft(63), "number-out-of-range"),
                arguments("bigint", new LazilyParsedNumber("12345678901234567890"), "number-out-of-range"),
                arguments("integer", new LazilyParsedNumber("1.0"), null),
                arguments("integer", new LazilyParsedNumber("1e3"), null),
                arguments("integer", new LazilyParsedNumber("1.5"), "wrong-type"),
                arguments("integer", new LazilyParsedNumber("1e1000000000"), "number-out-of-range"),
                arguments("integer", new LazilyParsedNumber("-1e100000000"), "number-out-of-range"),
                arguments("integer", new LazilyParsedNumber("1e-1000000000"), "wrong-type"),
                arguments("integer", new LazilyParsedNumber("0e1000000000"), null),
                arguments("integer", new JsonPrimitive(7).getAsNumber(), null),
                arguments("integer", 7.0, null),
                arguments("integer", Double.NaN, "wrong-type"),
                arguments("integer", new BigDecimal("0.1"), "wrong-type"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void holdsEachValueAgainstItsColumnBeforeItIsSent(
            String type, @Nullable Object value, @Nullable String code, TestDatabase database) throws SQLException {
        database.execute("create table t (k text unique not null, v %s)".formatted(type));
        Upsert.Builder<Row> upsert = Upsert.<Row>into("t").key("k", Row::key);
        Upsert<Row> into = (value instanceof Number
                        ? upsert.integer("v", Row::number)
                        : upsert.text("v", row -> (String) row.text()))
                .build();
        Row row = new Row("k", value, value instanceof Number number ? number : null, null);

        try (Connection connection = database.dataSource().getConnection()) {
            Writer<Row> writer = Upserts.prepared(connection, into);
            if (code == null) {
                assertThatCode(() -> writer.check(row)).doesNotThrowAnyException();
                assertThat(writer.write(connection, Changes.of(List.of(row)))).isEqualTo(1);
            } else {
                assertThatThrownBy(() -> writer.check(row))
                        .isInstanceOfSatisfying(
                                RejectException.class, e -> assertThat(e.code()).isEqualTo(code))
                        .hasMessageContaining("column");
            }
        }
    }

    @Test
    void refusesARowWithoutAKeyWhereTheColumnWouldTakeIt(TestDatabase database) throws SQLException {
        database.execute("create table t (k text unique, t text, n integer)");

        try (Connection connection = database.dataSource().getConnection()) {
            Writer<Row> writer = Upserts.prepared(connection, into("t").build());
            assertThatThrownBy(() -> writer.check(new Row(null, "a", 1, null)))
                    .isInstanceOf(RejectException.class)
                    .hasMessage("no value for column k, which must have one");
        }
    }

    @Test
    void leavesRowsThatAreThereAloneAndDrawsNothingForThem(TestDatabase database) throws SQLException {
        database.execute("create table t (id serial, k text unique not null, t text, n integer)");

        assertThat(write(database, into("t").build(), Row.of("b", "first"), Row.of("b", "second"), Row.of("a", "x")))
                .isEqualTo(2);
        assertThat(write(database, into("t").build(), Row.of("b", "other"), Row.of("c", "y"), Row.of("a", "z")))
                .isEqualTo(1);

        assertThat(database.query("select concat_ws(' ', id, k, t) from t order by id"))
                .containsExactly("1 a x", "2 b first", "3 c y");
        assertThat(database.query("select last_value from t_id_seq")).containsExactly("3");
    }

    @Test
    void givesRowsThatAreThereTheirNewValuesWhereTheyDiffer(TestDatabase database) throws SQLException {
        database.execute("create table t (id serial, k text unique not null, t text, n integer, at text)");
        Upsert<Row> upsert = into("t")
                .expression("at", "'inserted'")
                .onConflict(ConflictRule.UPDATE)
                .build();
        write(database, upsert, Row.of("a", "1"), Row.of("b", "1"), new Row("c", null, null, null));

        int changed = write(
                database,
                upsert,
                Row.of("b", "2"),
                Row.of("a", "1"),
                new Row("c", null, null, null),
                Row.of("b", "3"),
                Row.of("d", "1"));

        assertThat(changed).isEqualTo(2);
        assertThat(database.query("select concat_ws(' ', id, k, t, at) from t order by k"))
                .containsExactly("1 a 1 inserted", "2 b 3 inserted", "3 c inserted", "4 d 1 inserted");
    }

    @ParameterizedTest
    @EnumSource
    void writesLargeRowsAmongSmallOnesAndOnesWithoutValues(ConflictRule rule, TestDatabase database)
            throws SQLException {
        database.execute("create table t (k text unique not null, t text, n integer)");
        Upsert<Row> upsert = into("t").onConflict(rule).build();
        String large = "\\\"".repeat(200_000);
        Row[] rows = {
            Row.of("a", "1"),
            Row.of("b", large),
            new Row("c", large, null, null),
            Row.of("d", "2"),
            new Row("e", null, 8, null)
        };

        assertThat(write(database, upsert, rows)).isEqualTo(5);
        assertThat(write(database, upsert, rows)).isZero();

        assertThat(database.query("select concat_ws(' ', k, length(t), n) from t order by k"))
                .containsExactly("a 1 1", "b 400000 1", "c 400000", "d 1 1", "e 8");
        try (Connection connection = database.dataSource().getConnection()) {
            assertThat(Upserts.prepared(connection, upsert).compare(connection, List.of(rows)))
                    .allMatch(standing -> standing.state() == State.SAME);
        }
    }

    @Test
    void writesValuesOfTypesThatOnlyPostgresqlKnows(TestDatabase database) throws SQLException {
        database.execute("create type mood as enum ('good'); create schema \"my schema\";"
                + "create table \"my schema\".\"T?{0}\" (\"k:1\" text unique not null, \"a\"\"b\" jsonb, m mood, at timestamptz,"
                + " num numeric(5,2), u uuid, arr integer[], j json)");
        Upsert<Row> upsert = Upsert.<Row>into("my schema.T?{0}")
                .key("k:1", Row::key)
                .column("a\"b", row -> "{\"a?\":1}")
                .column("m", row -> "good")
                .column("at", row -> "2018-10-24T20:58:39Z")
                .column("num", row -> new BigDecimal("1.50"))
                .column("u", row -> "403724ef-9fe1-41f2-9083-63918c62c2ff")
                .column("arr", row -> "{1,2}")
                .column("j", row -> "{}")
                .onConflict(ConflictRule.UPDATE)
                .build();

        assertThat(write(database, upsert, Row.of("1", ""))).isEqualTo(1);
        assertThat(write(database, upsert, Row.of("1", ""))).isZero();

        assertThat(database.query("select concat_ws(' ', \"a\"\"b\", m, num, u, arr) from \"my schema\".\"T?{0}\""))
                .containsExactly("{\"a?\": 1} good 1.50 403724ef-9fe1-41f2-9083-63918c62c2ff {1,2}");
    }

    @Test
    void writesTheRowsOfABatchInTheOrderOfTheirKeys(TestDatabase database) throws SQLException {
        database.execute("create table t (id serial, k text unique not null, t text, n integer)");

        write(database, into("t").build(), Row.of("c", ""), Row.of("a", ""), Row.of("d", ""), Row.of("b", ""));

        assertThat(database.query("select k from t order by id")).containsExactly("a", "b", "c", "d");
    }

    @Test
    void neitherCommitsNorRollsBackNorCloses(TestDatabase database) throws SQLException {
        database.execute("create table t (k text unique not null, t text, n integer)");

        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Upserts.prepared(connection, into("t").build()).write(connection, Changes.of(List.of(Row.of("a", ""))));
            assertThat(connection.isClosed()).isFalse();
            connection.rollback();
        }

        assertThat(database.query("select k from t")).isEmpty();
    }

    @Test
    void saysWhichTableOrColumnIsMissing(TestDatabase database) throws SQLException {
        assertThatThrownBy(() -> write(database, into("t").build(), Row.of("a", "")))
                .isInstanceOf(SQLException.class)
                .hasMessage("table \"t\" does not exist");
        database.execute("create table t (k text unique not null, t text)");
        assertThatThrownBy(() -> write(database, into("t").build(), Row.of("a", "")))
                .isInstanceOf(SQLException.class)
                .hasMessage("table \"t\" has no column \"n\"");
    }

    private static int write(TestDatabase database, Upsert<Row> upsert, Row... rows) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return Upserts.prepared(connection, upsert).write(connection, Changes.of(List.of(rows)));
        }
    }
}
