// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A verification of documents with values that the target cannot even read, so that it refuses to compare them. */
@ExtendWith(MigratorExtension.class)
final class VerifyRefusedIT {
    private static final int COUNT = 50;
    private static final int BAD = 7;

    @TempDir
    private Path logs;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "timestamptz; 2018-10-24T20:58:39Z; in a while",
                "jsonb; {}; {\"a\": \"\\u0000\"}",
                "numeric(3,1); 1.5; 1000",
                "uuid; a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11; none"
            })
    void passesOverWhatIsRejected(String type, String good, String bad, CouchDouble couch, TestDatabase database)
            throws Exception {
        load(couch, good, bad);
        database.execute("create table orders (id text primary key, customer %s)".formatted(type));
        Migrator migrator = Orders.migrator(migration(), couch, database, logs).build();
        Result run = migrator.run();
        database.execute("delete from orders where id = 'o00030'");

        Result verified = migrator.verify();

        assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertPassedOver(verified);
    }

    @Test
    void passesOverACharacterThatTheDatabaseLacks(CouchDouble couch, TestDatabase database) throws Exception {
        load(couch, "good", "\u2603");
        String name = database.name() + "_latin1";
        superuser(
                database,
                "postgres",
                "create database %s template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'".formatted(name));
        superuser(database, name, "create table orders (id text primary key, customer text)");
        Migrator migrator = Orders.migrator(migration(), couch, database, logs)
                .target(superuser(database, name))
                .build();
        Result run = migrator.run();
        superuser(database, name, "delete from orders where id = 'o00030'");

        Result verified = migrator.verify();

        superuser(database, "postgres", "drop database %s with (force)".formatted(name));
        assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertPassedOver(verified);
    }

    /** What refuses to compare it refuses to store it, too. */
    @Test
    void takesForMissingWhatShouldHaveBeenRejected(CouchDouble couch, TestDatabase database) throws Exception {
        load(couch, "2018-10-24T20:58:39Z", "in a while");
        database.execute("create table orders (id text primary key, customer text)");
        Migrator migrator = Orders.migrator(migration(), couch, database, logs).build();
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        database.execute("delete from orders where id = 'o00007'");
        database.execute("alter table orders alter customer type timestamptz using customer::timestamptz");

        Result verified = migrator.verify();
        Result run = migrator.run();

        assertThat(verified.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(verified.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
        assertThat(verified.tallies().alreadyThere()).isEqualTo(COUNT - 1);
        assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
    }

    @Test
    void passesOverWhatIsRejectedInEachDatabaseOfShards(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        load(couch, "2018-10-24T20:58:39Z", "in a while");
        String table = "create table orders (id text primary key, customer timestamptz)";
        main.execute(table);
        try (TestDatabase first = postgres.createDatabase();
                TestDatabase second = postgres.createDatabase()) {
            first.execute(table);
            second.execute(table);
            Migrator migrator = Orders.migrator(migration(), couch, main, logs)
                    .shards(Shards.map(List.of(first.dataSource(), second.dataSource())))
                    .build();
            Result run = migrator.run();
            first.execute("delete from orders where id = 'o00030'");
            second.execute("delete from orders where id = 'o00030'");

            Result verified = migrator.verify();

            assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertPassedOver(verified);
        }
    }

    private static void assertPassedOver(Result verified) {
        assertThat(verified.failures()).isEmpty();
        assertThat(verified.tallies().rejected()).isEqualTo(1);
        assertThat(verified.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
        assertThat(verified.tallies().alreadyThere()).isEqualTo(COUNT - 2);
        assertThat(verified.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
    }

    private static void load(CouchDouble couch, String good, String bad) {
        CouchDatabase orders = couch.create("orders");
        orders.load(IntStream.range(0, COUNT).mapToObj(i -> Orders.order(i, i == BAD ? bad : good)));
    }

    private static Migration migration() {
        Upsert<Document> upsert = Upsert.<Document>into("orders")
                .key("id", Document::id)
                .column("customer", order -> order.field("customer").getAsString())
                .router((order, shards) -> order.field("total").getAsInt() % shards)
                .build();
        return Orders.migration(Orders.stage().upsert(upsert).build());
    }

    private static PGSimpleDataSource superuser(TestDatabase beside, String name) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {beside.host()});
        source.setPortNumbers(new int[] {beside.port()});
        source.setDatabaseName(name);
        source.setUser("postgres");
        return source;
    }

    private static void superuser(TestDatabase beside, String name, String sql) throws SQLException {
        try (Connection connection = superuser(beside, name).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
