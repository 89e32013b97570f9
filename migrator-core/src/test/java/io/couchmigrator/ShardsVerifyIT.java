// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A verification of a sharded target: each row where it belongs, and what sits elsewhere. The corpus has a reject. */
@ExtendWith(MigratorExtension.class)
final class ShardsVerifyIT {
    private static final int ROWS = 745;

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void verifiesEachRowWhereItBelongs(int databases, CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, databases)) {
            shards.migrator(couch, logs).build().run();
            Result clean = shards.migrator(couch, logs).build().verify();
            String key = shards.rowOf(1).key();
            shards.database(1).execute("delete from blobs_blobmeta where key = '%s'".formatted(key));

            Result missing = shards.migrator(couch, logs).build().verify();
            Result run = shards.migrator(couch, logs).build().run();
            Result last = shards.migrator(couch, logs).build().verify();

            assertThat(clean.failures()).isEmpty();
            assertThat(clean.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(clean.tallies().alreadyThere()).isEqualTo(ROWS);
            assertThat(missing.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(missing.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
            assertThat(run.tallies().written()).isEqualTo(1);
            assertThat(last.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            shards.assertExact();
        }
    }

    @Test
    void findsARowThatSitsInTheWrongDatabase(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            shards.migrator(couch, logs).build().run();
            ExpectedRow moved = shards.rowOf(0);
            ExpectedRow copied = shards.rowOf(1);
            Shards.insert(shards.database(1), moved);
            shards.database(0).execute("delete from blobs_blobmeta where key = '%s'".formatted(moved.key()));
            Shards.insert(shards.database(0), copied);

            Result found = shards.migrator(couch, logs).build().verify();
            List<JsonObject> findings = findings(0);
            Result run = shards.migrator(couch, logs).build().run();
            Result again = shards.migrator(couch, logs).build().verify();
            shards.database(1).execute("delete from blobs_blobmeta where key = '%s'".formatted(moved.key()));
            shards.database(0).execute("delete from blobs_blobmeta where key = '%s'".formatted(copied.key()));
            Result last = shards.migrator(couch, logs).build().verify();

            assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(found.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0, 1));
            assertThat(findings)
                    .anySatisfy(finding -> assertThat(finding.toString())
                            .contains("\"finding\":\"missing\"", moved.key(), "misplaced_in\":[\"" + shards.name(1)))
                    .anySatisfy(finding -> assertThat(finding.toString())
                            .contains(
                                    "\"finding\":\"misplaced\"", copied.key(), "misplaced_in\":[\"" + shards.name(0)));
            assertThat(run.tallies().written()).isEqualTo(1);
            assertThat(again.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 0, 2));
            assertThat(again.tallies().alreadyThere()).isEqualTo(ROWS);
            assertThat(last.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            shards.assertExact();
        }
    }

    /** Two documents may name one key: each has a row of its own where it belongs, and neither is in the wrong place. */
    @ParameterizedTest
    @EnumSource(ConflictRule.class)
    void takesRowsOfOneKeyInTwoDatabasesForWhatTheyAre(
            ConflictRule rule, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            Orders.create(couch, main, 0);
            for (int number = 0; number < 3; number++) {
                couch.database("orders").put(Orders.order(number, number == 1 ? "other" : "same"));
            }
            first.execute(Orders.TABLE);
            second.execute(Orders.TABLE);
            Migrator migrator = Orders.migrator(
                            Orders.byCustomer(rule, (order, shards) -> order.field("total")
                                    .getAsInt()),
                            couch,
                            main,
                            logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();
            migrator.run();
            List<String> written = first.query("select total from orders where id = 'same'");

            Result clean = migrator.verify();
            first.execute("update orders set total = 99 where id = 'same'");
            Result changed = migrator.verify();

            assertThat(written).containsExactly("0");
            assertThat(second.query("select total from orders where id = 'same'"))
                    .containsExactly("2");
            assertThat(clean.tallies().verified()).isEqualTo(Verified.NONE);
            assertThat(changed.tallies().verified())
                    .isEqualTo(rule == ConflictRule.UPDATE ? new Verified(0, 1, 0, 0) : new Verified(0, 0, 1, 0));
        }
    }
    /** A run without the map would write there, where the application does not look. */
    @Test
    void findsRowsInAMainDatabaseThatHoldsNoShards(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            shards.migrator(couch, logs).build().run();
            main.execute("drop table blobs_blobmigrationstate");
            main.create(BlobSchema.TARGET);
            Result empty = shards.migrator(couch, logs).build().verify();
            ExpectedRow copied = shards.rowOf(1);
            Shards.insert(main, copied);

            Result found = shards.migrator(couch, logs).build().verify();
            main.execute("delete from blobs_blobmeta");
            Result last = shards.migrator(couch, logs).build().verify();

            assertThat(empty.failures()).isEmpty();
            assertThat(empty.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(found.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 0, 1));
            assertThat(findings(0)).singleElement().satisfies(finding -> assertThat(finding.toString())
                    .contains(
                            "\"finding\":\"misplaced\"",
                            copied.key(),
                            "misplaced_in\":[\"PostgreSQL at %s:%d/%s (main database)\"]"
                                    .formatted(main.host(), main.port(), main.name())));
            assertThat(last.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        }
    }

    /** As the libraries do that turn errors of a database into exceptions of their own. */
    @Test
    void waitsOutAnErrorOfEachDatabaseThatAWriterHasWrapped(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            Orders.create(couch, main, 20);
            first.execute(Orders.TABLE);
            second.execute(Orders.TABLE);
            Wrapping writer = new Wrapping(Orders.writer(), ConcurrentHashMap.newKeySet());
            Migration migration = Orders.migration(Orders.stage().writer(writer).build());
            Migrator migrator = Orders.migrator(migration, couch, main, logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();
            migrator.run();

            Result verified = migrator.verify();

            assertThat(verified.failures()).isEmpty();
            assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(writer.failed).containsExactlyInAnyOrder(main.name(), first.name(), second.name());
        }
    }

    /** One database of shards is enough for two places. No row belongs in the main one, whatever its values. */
    @Test
    void findsRowsInTheMainDatabaseOfASingleDatabaseOfShards(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (TestDatabase only = postgres.createDatabase()) {
            Orders.create(couch, main, 3);
            only.execute(Orders.TABLE);
            Migrator migrator = sharded(couch, main, List.of(only));
            migrator.run();
            main.execute("insert into orders (id, total) values ('c1', 1)");

            Result found = migrator.verify();
            main.execute("update orders set total = 99");
            Result changed = migrator.verify();

            assertThat(found.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 0, 1));
            assertThat(changed.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 0, 1));
        }
    }

    @Test
    void takesNoRowForMisplacedInAMainDatabaseThatHoldsShards(
            CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        try (TestDatabase other = postgres.createDatabase()) {
            Orders.create(couch, main, 10);
            other.execute(Orders.TABLE);
            Migrator migrator = sharded(couch, main, List.of(main, other));
            migrator.run();

            Result clean = migrator.verify();

            assertThat(Orders.written(main)).isNotEmpty();
            assertThat(clean.failures()).isEmpty();
            assertThat(clean.outcome()).isEqualTo(Outcome.COMPLETE);
        }
    }

    /** A view, a foreign table or a replica may show the rows of the shards themselves. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "create view orders as select 'c1'::text as id, 1 as total",
                "create table parts (id text, total int); create table orders (id text, total int);"
                        + " create table part () inherits (orders); insert into part values ('c1', 1)",
                "create table orders (id text, total int) partition by list (id);"
                        + " create table part partition of orders for values in ('c1'); insert into part values ('c1', 1)",
                "create foreign data wrapper none; create server elsewhere foreign data wrapper none;"
                        + " create foreign table orders (id text, total int) server elsewhere",
                "create table orders (id text primary key, total int); insert into orders values ('c1', 1);"
                        + " insert into pg_subscription_rel (srsubid, srrelid, srsubstate) values (1, 'orders'::regclass, 'r')"
            })
    void looksOnlyIntoATableThatHasItsRowsItself(
            String instead, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws Exception {
        Orders.create(couch, main, 3);
        asSuperuser(main, "drop table orders; " + instead + "; grant all on orders to " + main.user());

        assertThat(warningsWhereNothingIsMisplaced(Outcome.COMPLETE, couch, main, postgres))
                .isEmpty();
    }

    /** It is no part of the target: whatever it refuses ends nothing. */
    @ParameterizedTest
    @MethodSource("tablesToRefuse")
    void saysWhyItDidNotLookIntoTheMainDatabase(
            String change, String because, CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        Orders.create(couch, main, 3);
        main.execute(change);

        assertThat(warningsWhereNothingIsMisplaced(Outcome.INCOMPLETE, couch, main, postgres))
                .singleElement()
                .asString()
                .startsWith("warned Rows in PostgreSQL at ")
                .contains("(main database) were not looked for: ", because);
    }

    static Stream<Arguments> tablesToRefuse() {
        return Stream.of(
                Arguments.of("alter table orders drop column total", "table \"orders\" has no column \"total\""),
                Arguments.of(
                        "drop table orders; create table orders (id text, total int);"
                                + " insert into orders values ('c1', 1), ('c1', 1)",
                        "column \"id\" of table \"orders\" has no unique index of its own"),
                Arguments.of(
                        "drop table orders; create table orders (id int primary key, total int)",
                        "column \"id\" of table \"orders\" has type integer: expected one for text"),
                Arguments.of("revoke select on orders from current_user", "lacks privileges on table \"orders\""),
                Arguments.of(
                        "revoke select on orders from current_user; grant select (id) on orders to current_user",
                        " may not read all that verify() reads of table \"orders\": grant SELECT ("),
                Arguments.of(
                        "alter table orders enable row level security, force row level security",
                        "row-level security of table \"orders\" applies to user"));
    }

    /** Migrates into two databases, and requires that a verification finds nothing wrong, and repeats its warnings. */
    private List<String> warningsWhereNothingIsMisplaced(
            Outcome expected, CouchDouble couch, TestDatabase main, PostgresServer postgres) throws SQLException {
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            first.execute(Orders.TABLE);
            second.execute(Orders.TABLE);
            Migrator migrator = sharded(couch, main, List.of(first, second));
            migrator.run();

            Result clean = migrator.verify();

            List<String> warnings = recorder.lines().stream()
                    .filter(line -> line.startsWith("warned"))
                    .toList();
            assertThat(clean.failures()).isEmpty();
            assertThat(clean.outcome()).isEqualTo(expected);
            assertThat(clean.gaps().notCompared().stream().map("warned %s."::formatted))
                    .isEqualTo(warnings);
            return warnings;
        }
    }

    private static void asSuperuser(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl() + "?user=postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Migrator sharded(CouchDouble couch, TestDatabase main, List<TestDatabase> databases) {
        Router<Document> byTotal = (order, shards) -> order.field("total").getAsInt() % shards;
        return Orders.migrator(Orders.byCustomer(ConflictRule.NOTHING, byTotal), couch, main, logs)
                .shards(Shards.map(
                        databases.stream().map(TestDatabase::dataSource).toList()))
                .listener(recorder)
                .build();
    }

    private List<JsonObject> findings(int number) throws IOException {
        List<JsonObject> findings = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            Path file = files.filter(path -> path.getFileName().toString().matches(".*-verify-[^-]*\\.jsonl"))
                    .sorted()
                    .toList()
                    .get(number);
            for (String line : Files.readAllLines(file)) {
                JsonElement finding = JsonParser.parseString(line);
                findings.add(finding.getAsJsonObject());
            }
        }
        return findings;
    }

    /** Fails to compare once in each database. */
    private record Wrapping(Writer<Document> writer, Set<String> failed) implements Writer<Document> {
        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            return writer.write(connection, changes);
        }

        @Override
        public boolean isComparable() {
            return true;
        }

        @Override
        public List<Standing> compare(Connection connection, List<Document> rows) throws SQLException {
            if (failed.add(connection.getCatalog())) {
                throw new IllegalStateException(new SQLException("the server restarts", "57P01"));
            }
            return writer.compare(connection, rows);
        }

        @Override
        public Set<TableName> tables() {
            return writer.tables();
        }

        @Override
        public Optional<Router<Document>> router() {
            return Optional.of((order, shards) -> order.field("total").getAsInt() % shards);
        }
    }
}
