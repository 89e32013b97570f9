// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A small migration: each document of {@code orders} becomes one row of {@code orders}. */
final class Orders {
    static final String TABLE = "create table orders"
            + " (serial serial primary key, id varchar(40) not null unique, customer varchar(8), total integer)";

    private Orders() {}

    static Upsert.Builder<Document> upsert() {
        return Upsert.<Document>into("orders")
                .key("id", Document::id)
                .text(
                        "customer",
                        order -> order.fields().has("customer")
                                ? order.field("customer").getAsString()
                                : null)
                .integer(
                        "total",
                        order -> order.fields().has("total")
                                ? order.field("total").getAsNumber()
                                : null);
    }

    /** Returns a writer of a caller's that does what the upsert says. */
    static Writer<Document> writer() {
        Upsert<Document> upsert = upsert().build();
        return new Writer<>() {
            @Override
            public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
                return Upserts.prepared(connection, upsert).write(connection, changes);
            }

            @Override
            public List<Standing> compare(Connection connection, List<Document> rows) throws SQLException {
                return Upserts.prepared(connection, upsert).compare(connection, rows);
            }

            @Override
            public Set<TableName> tables() {
                return upsert.tables();
            }
        };
    }

    static DocumentStage.Builder<Document> stage() {
        return stage("orders");
    }

    static DocumentStage.Builder<Document> stage(String database) {
        return DocumentStage.<Document>builder(database)
                .fields("customer", "total")
                .transform((order, context) -> List.of(order))
                .upsert(upsert().build());
    }

    static Migration migration() {
        return migration(stage().build());
    }

    static Migration migration(Stage<?, ?>... stages) {
        Migration.Builder migration = Migration.builder("orders");
        List.of(stages).forEach(migration::stage);
        return migration.build();
    }

    /** Returns a migrator that waits little and reads with one worker, in batches of a hundred. */
    static Migrator.Builder migrator(Migration migration, CouchDouble couch, TestDatabase database, Path logs) {
        return Migrators.of(migration, couch.url(), database, logs).chunkSize(100);
    }

    /** Makes the table, and the database with so many orders. */
    static CouchDatabase create(CouchDouble couch, TestDatabase database, int count) throws SQLException {
        database.execute(TABLE);
        CouchDatabase orders = couch.create("orders");
        orders.load(between(0, count));
        return orders;
    }

    /** Makes the table, and the database with so many orders, some of which are rejected: for a customer's long name. */
    static CouchDatabase create(CouchDouble couch, TestDatabase database, int count, IntPredicate rejected)
            throws SQLException {
        CouchDatabase orders = create(couch, database, 0);
        orders.load(
                IntStream.range(0, count).mapToObj(i -> order(i, rejected.test(i) ? "a name that is too long" : "c")));
        return orders;
    }

    /** Returns orders from one number to before another, of seven customers. */
    static Stream<JsonObject> between(int from, int before) {
        return IntStream.range(from, before).mapToObj(i -> order(i, "c" + i % 7));
    }

    /** Returns orders from one number to before another, all of one customer. */
    static Stream<JsonObject> between(int from, int before, String customer) {
        return IntStream.range(from, before).mapToObj(i -> order(i, customer));
    }

    static String id(int number) {
        return "o%05d".formatted(number);
    }

    static JsonObject order(int number, String customer) {
        JsonObject order = new JsonObject();
        order.addProperty("_id", id(number));
        order.addProperty("customer", customer);
        order.addProperty("total", number);
        order.addProperty("not_read", "x".repeat(100));
        return order;
    }

    /** Returns the ids of so many orders, in their order. */
    static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(Orders::id).toList();
    }

    /** Returns the ids of the rows that are there, in their order. */
    static List<String> written(TestDatabase database) throws SQLException {
        return database.query("select id from orders order by id collate \"C\"");
    }

    /** Returns a migration with a row for each customer, which this router sends to its shard. */
    static Migration byCustomer(ConflictRule rule, Router<Document> router) {
        return migration(stage().upsert(Upsert.<Document>into("orders")
                        .key("id", order -> order.field("customer").getAsString())
                        .integer("total", order -> order.field("total").getAsNumber())
                        .router(router)
                        .onConflict(rule)
                        .build())
                .build());
    }

    /** Returns the rows of {@link #contents} where so many orders were written. */
    static List<String> contents(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "%s c%s %s".formatted(id(i), i % 7, i))
                .toList();
    }

    /** Returns the rows that are there, in the order of their ids. */
    static List<String> contents(TestDatabase database) throws SQLException {
        return database.query("select id || ' ' || customer || ' ' || total from orders order by id collate \"C\"");
    }

    /** Returns the double, whose documents are to be read so. */
    static CouchServer server(CouchDouble couch, CouchServer.Reading reading) {
        return CouchServer.builder(couch.url())
                .readTimeout(Duration.ofSeconds(20))
                .reading(reading)
                .build();
    }

    /** Asserts that a run failed nowhere, and that there are so many rows. */
    static void assertComplete(Result result, TestDatabase database, int rows) throws SQLException {
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select count(*) from orders")).containsExactly("" + rows);
    }
}
