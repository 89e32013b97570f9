// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the target lacks is found before the first document is read, all of it at once, by check and by run. */
@ExtendWith(MigratorExtension.class)
@Tag("catalogue")
final class TargetChecksIT {
    @TempDir
    private Path logs;

    /** Statements that spoil the table of orders, and what must be said of it; %u stands for the user. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drop table orders | table \"orders\" does not exist (database migrator_test_",
                "alter table orders drop column total | table \"orders\" has no column \"total\" (it has serial, id, customer): add it",
                "alter table orders alter total type text | column \"total\" of table \"orders\" has type text: expected one for whole numbers",
                "alter table orders alter total type numeric | column \"total\" of table \"orders\" has type numeric: expected one for whole numbers",
                "alter table orders alter customer type integer using 1 | column \"customer\" of table \"orders\" has type integer: expected one for text",
                "alter table orders drop constraint orders_id_key | column \"id\" of table \"orders\" has no unique index of its own: create one",
                "alter table orders drop constraint orders_id_key, add unique (id, customer) | column \"id\" of table \"orders\" has no unique index of its own: create one",
                "alter table orders drop constraint orders_id_key, add unique (id) deferrable | column \"id\" of table \"orders\" has no unique index of its own: create one",
                "alter table orders alter id type char(40) | key column \"id\" of table \"orders\" is of type character, by which PostgreSQL takes for one key what differs to the program",
                "alter table orders alter id type name | key column \"id\" of table \"orders\" is of type name, by which",
                "create domain code as char(40); alter table orders alter id type code | key column \"id\" of table \"orders\" is of type character, by which",
                "create type code as enum ('o00000'); alter table orders alter id type code using 'o00000' | column \"id\" of table \"orders\" has type code: expected one for text",
                "create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false); alter table orders alter id type text collate nocase | key column \"id\" of table \"orders\" has the non-deterministic collation nocase, by which",
                "create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create domain code as text collate nocase; alter table orders alter id type code | key column \"id\" of table \"orders\" has the non-deterministic collation nocase, by which",
                "create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create unique index other on orders (id collate nocase) | the unique index other of key column \"id\" of table \"orders\" has the non-deterministic collation nocase, by which",
                "create unique index other on orders (id bpchar_pattern_ops) | the unique index other of key column \"id\" of table \"orders\" has the operator class bpchar_pattern_ops, by which",
                "alter table orders add note text not null | column \"note\" of table \"orders\" must have a value, has no default",
                "alter table orders set unlogged | table \"orders\" is unlogged, and a crash of the server would empty it: alter table public.orders set logged",
                "create unlogged table older () inherits (orders) | table public.older, where rows of table \"orders\" are, is unlogged, and a crash of the server would empty it: alter table public.older set logged",
                "drop table orders; create table orders (id text unique, customer text, total integer) partition by hash (id); create unlogged table part partition of orders for values with (modulus 1, remainder 0) | table public.part, where rows of table \"orders\" are, is unlogged",
                "alter table orders rename to rows; alter table rows set unlogged; create view orders as select * from rows | table public.rows, where rows of table \"orders\" are, is unlogged",
                "create domain mail as text not null; alter table orders add note mail | column \"note\" of table \"orders\" must have a value, has no default",
                "alter table orders drop column total, add total integer generated always as (1) stored | column \"total\" of table \"orders\" is generated by the server and takes no value: make it a plain column",
                "alter table orders alter total set not null, alter total add generated always as identity | column \"total\" of table \"orders\" is an identity that is generated always and takes no value: set it generated by default",
                "select setval('orders_serial_seq', 2147483647) | sequence \"public.orders_serial_seq\" has no value left for column \"serial\" of table \"orders\": widen",
                "alter sequence orders_serial_seq as bigint; select setval('orders_serial_seq', 2147483647) | sequence \"public.orders_serial_seq\" has no value left for column \"serial\" of table \"orders\": widen",
                "alter sequence orders_serial_seq increment -1 minvalue -5 no maxvalue start -5 restart; select nextval('orders_serial_seq') | sequence \"public.orders_serial_seq\" has no value left for column",
                "drop table orders; create table orders (id text unique, customer text, total integer, n integer generated always as identity (maxvalue 5)); select setval('orders_n_seq', 5) | sequence \"public.orders_n_seq\" has no value left for column \"n\"",
                "drop table orders; create table orders (id text unique, customer text, total integer) partition by hash (id) | table \"orders\" is partitioned and has no partition that could take a row: create them",
                "create function note() returns text language sql as 'select null::text'; alter table orders add note text default note(); revoke execute on function note() from public, %u | function public.note(), which table \"orders\" calls for each row, may not be called: grant execute on function public.note() to %u",
                "create function is_right(integer) returns boolean language sql immutable as 'select true'; alter table orders add check (is_right(total)); revoke execute on function is_right(integer) from public, %u | function public.is_right(integer), which table \"orders\" calls",
                "create rule nowhere as on insert to orders do instead nothing | rule nowhere of table \"orders\" changes what is written, or drops it",
                "alter role %u set default_transaction_read_only = on | transactions of user %u are read-only here (default_transaction_read_only is on): alter role %u set default_transaction_read_only = off",
                "create schema mine; create operator mine.*<> (leftarg = record, rightarg = record, function = record_image_eq); alter role %u set search_path = public, mine, pg_catalog | the search path has schema mine before pg_catalog, whose operators, such as *<>(record,record), take the place of the server's own",
                "alter database %u set default_transaction_read_only = on | transactions of user %u are read-only here",
                "revoke insert on orders from %u | user %u lacks privileges on table \"orders\": grant INSERT (\"customer\", \"id\", \"total\") on public.orders to %u",
                "revoke select on orders from %u | lacks privileges on table \"orders\": grant SELECT (\"id\") on public.orders to %u",
                "revoke usage, update on sequence orders_serial_seq from %u | sequence \"public.orders_serial_seq\" of table \"orders\" may not be used: grant usage on sequence public.orders_serial_seq to %u"
            })
    void findsWhatIsWrongWithATable(String statement, String said, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        String fault = said.replace("%u", database.user());
        database.execute(statement.replace("%u", database.user()));
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        assertThat(migrator.check().faults())
                .anySatisfy(found ->
                        assertThat(found).isInstanceOf(TargetException.class).hasMessageContaining(fault));
        assertRefused(migrator.run(), couch, fault);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alter table orders add note text not null default ''",
                "alter table orders add note text not null generated always as (customer) stored",
                "alter table orders alter id type text",
                "alter table orders alter id type varchar(40) collate \"C\"",
                "select setval('orders_serial_seq', 2147483644)",
                "alter sequence orders_serial_seq cycle; select setval('orders_serial_seq', 2147483647)",
                "create function note() returns text language sql as 'select null::text'; alter table orders alter customer set default note(); revoke execute on function note() from public, %u",
                "create domain mail as text not null default ''; alter table orders add note mail",
                "alter table orders alter id type varchar(40) collate \"en-x-icu\"; create unique index other on orders (id text_pattern_ops)",
                "create domain code as varchar(40); create domain subcode as code collate \"C\"; alter table orders alter id type subcode",
                "alter table orders alter serial drop default; drop sequence orders_serial_seq; alter table orders alter serial add generated always as identity",
                "alter table orders drop constraint orders_id_key; create unique index on orders(id) include (total)",
                "drop table orders; create table orders (id text unique, customer text, total integer) partition by hash (id); create table part partition of orders for values with (modulus 1, remainder 0)",
                "create domain mail as text; alter table orders alter customer type mail",
                "revoke update, delete on orders from %u"
            })
    void findsNothingWrongWithATableThatWillDo(String statement, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        database.execute(statement.replace("%u", database.user()));
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        assertThat(migrator.check().faults()).isEmpty();
        assertThat(migrator.run().failures()).isEmpty();
        assertThat(Orders.written(database)).hasSize(3);
    }

    /** Two keys for the program are one for the server: of these four orders two would be taken for already there. */
    @Test
    void refusesAKeyOfWhichTheCaseDoesNotMatter(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 0);
        couch.database("orders").load(Stream.of("a", "A", "b", "B").map(TargetChecksIT::named));
        try (Connection superuser = DriverManager.getConnection(database.jdbcUrl() + "?user=postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute("create extension citext; alter table orders alter id type citext");
        }

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertRefused(
                result, couch, "key column \"id\" of table \"orders\" is of type citext, by which PostgreSQL takes");
    }

    @Test
    void asksForAllPrivilegesOnATableWithOneStatementThatGrantsThem(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        database.execute("revoke all on orders from " + database.user());
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        List<MigrationException> faults = migrator.check().faults();

        assertThat(faults).hasSize(1);
        String asked = faults.get(0).getMessage();
        database.execute(asked.substring(asked.indexOf("grant ")));
        assertThat(migrator.run().failures()).isEmpty();
    }

    @Test
    void needsNoPrivilegeOnTheSequenceOfAnIdentity(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute("drop table orders; create table orders (serial integer generated always as identity,"
                + " id text unique, customer text, total integer);"
                + "revoke all on sequence orders_serial_seq from " + database.user());

        assertThat(Orders.migrator(Orders.migration(), couch, database, logs)
                        .build()
                        .run()
                        .failures())
                .isEmpty();
    }

    @Test
    void needsTheUpdatePrivilegeOnlyToUpdate(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute("revoke update on orders from " + database.user());
        Migration updating = Orders.migration(Orders.stage()
                .upsert(Orders.upsert().onConflict(ConflictRule.UPDATE).build())
                .build());

        Result result = Orders.migrator(updating, couch, database, logs).build().run();

        assertRefused(result, couch, "lacks privileges on table \"orders\": grant UPDATE (\"customer\", \"");
    }

    /** Only the server knows, who plans the statement: a table that is replicated takes rows without a primary key, and no updates. */
    @Test
    void findsThatATableMayNotBeUpdatedBecauseItIsReplicatedWithoutAnIdentity(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        database.execute(
                "alter table orders drop constraint orders_pkey; create publication replicated for table orders");
        Migration updating = Orders.migration(Orders.stage()
                .upsert(Orders.upsert().onConflict(ConflictRule.UPDATE).build())
                .build());

        Migrator migrator = Orders.migrator(updating, couch, database, logs).build();

        assertThat(migrator.check().faults())
                .anySatisfy(found -> assertThat(found).hasMessageContaining("replica identity"));
        assertRefused(migrator.run(), couch, "replica identity");
    }

    @Test
    void tellsAllFaultsAtOnce(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(Orders.TABLE + "; alter table orders drop column customer, drop constraint orders_id_key;"
                + "create table lines (id text, line integer); create table state (slug integer, at text)");
        couch.create("orders").put(Orders.order(1, "a"));
        Migration migration = Migration.builder("orders")
                .stage(Orders.stage().build())
                .stage(Orders.stage("missing").build())
                .stage(TableStage.<String>builder("lines")
                        .columns("gone")
                        .lookup(Lookup.rows("nowhere", "id", "name"), row -> List.of(1L))
                        .lookup(Lookup.rows("lines", "id", "line"), row -> List.of(1L))
                        .transform((row, context) -> List.of("line"))
                        .upsert(Upsert.<String>into("archive.lines")
                                .key("id", row -> row)
                                .build())
                        .build())
                .stage(TableStage.<String>builder("absent")
                        .transform((row, context) -> List.of())
                        .writer((connection, changes) -> 0)
                        .build())
                .completion(new CompletionTable("state", "slug", "at"))
                .build();

        Result result =
                Orders.migrator(migration, couch, database, logs).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures())
                .extracting(Throwable::getMessage)
                .satisfiesExactlyInAnyOrder(
                        fault -> assertThat(fault).contains("table \"orders\" has no column \"customer\""),
                        fault -> assertThat(fault).contains("column \"id\" of table \"orders\" has no unique index"),
                        fault -> assertThat(fault).contains("table \"archive.lines\" does not exist"),
                        fault -> assertThat(fault)
                                .contains(
                                        "column \"id\" of table \"lines\" has type text: expected one for whole numbers"),
                        fault -> assertThat(fault).contains("column \"id\" of table \"lines\" has no unique index"),
                        fault -> assertThat(fault).contains("column \"id\" of table \"lines\" may be null"),
                        fault -> assertThat(fault).contains("table \"lines\" has no column \"gone\""),
                        fault -> assertThat(fault).contains("table \"absent\" does not exist"),
                        fault -> assertThat(fault).contains("table \"nowhere\" does not exist"),
                        fault -> assertThat(fault)
                                .contains("column \"slug\" of table \"state\" has type integer: expected one for text"),
                        fault -> assertThat(fault).contains("column \"slug\" of table \"state\" has no unique index"),
                        fault -> assertThat(fault)
                                .contains("column \"at\" of table \"state\" has type text: expected one for a time"),
                        fault -> assertThat(fault)
                                .contains("could not read database \"missing\" from CouchDB at " + couch.url()));
        assertThat(couch.requests(Requests.pages())).isEmpty();
        assertThat(logs.resolve("orders.offsets.json")).doesNotExist();
    }

    @Test
    void refusesWhereCompletionWouldNotLast(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute("create unlogged table state (slug text unique, at timestamptz)");
        Migration migration = Migration.builder("orders")
                .stage(Orders.stage().build())
                .completion(new CompletionTable("state", "slug", "at"))
                .build();

        Result result =
                Orders.migrator(migration, couch, database, logs).build().run();

        assertRefused(result, couch, "table \"state\" is unlogged");
    }

    @Test
    void looksAtTheTablesThatAWriterOfACallerNames(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute("alter table orders set unlogged");
        Writer<Document> writer = new Writer<>() {
            @Override
            public int write(Connection connection, List<Change<Document>> rows) {
                return rows.size();
            }

            @Override
            public Set<TableName> tables() {
                return Set.of(TableName.of("orders"));
            }
        };
        Migration migration = Orders.migration(Orders.stage().writer(writer).build());

        Result result =
                Orders.migrator(migration, couch, database, logs).build().run();

        assertRefused(result, couch, "table \"orders\" is unlogged");
    }

    @Test
    void looksAtEachDatabaseOfAShardedTarget(CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = Shards.on(couch, main, postgres, 2)) {
            shards.database(1).execute("alter table blobs_blobmeta set unlogged");

            Result result = shards.migrator(couch, logs).build().run();

            assertRefused(result, couch, shards.name(1) + ": table \"blobs_blobmeta\" is unlogged");
        }
    }

    @Test
    void goesOnLookingBehindASchemaThatMayNotBeEntered(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(
                Orders.TABLE + "; drop table orders; create schema closed; create table closed.t (id text unique);"
                        + "revoke all on schema closed from " + database.user());
        couch.create("orders");
        Migration migration = Orders.migration(
                Orders.stage()
                        .upsert(Upsert.<Document>into("closed.t")
                                .key("id", Document::id)
                                .build())
                        .build(),
                TableStage.<String>builder("absent")
                        .transform((row, context) -> List.of())
                        .writer((connection, changes) -> 0)
                        .build());

        CheckReport report =
                Orders.migrator(migration, couch, database, logs).build().check();

        assertThat(report.faults())
                .extracting(Throwable::getMessage)
                .anySatisfy(fault -> assertThat(fault)
                        .isEqualTo(
                                "user %1$s may not use schema closed, which table \"closed.t\" is in or needs:"
                                        + " grant usage on schema closed to %1$s",
                                database.user()))
                .anySatisfy(fault -> assertThat(fault).contains("table \"absent\" does not exist"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wrong | migrator_test | 28P01 | check user, password and TLS settings",
                "| no_such_database | 3D000 | check the database's name"
            })
    void saysWhyItCannotConnect(
            String password, String name, String state, String advice, CouchDouble couch, TestDatabase database)
            throws SQLException {
        Orders.create(couch, database, 1);
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(
                name.equals("no_such_database")
                        ? database.jdbcUrl().replace(database.name(), name)
                        : database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(password == null ? database.password() : password);

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .target(dataSource)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("could not connect")
                .hasMessageContaining(state)
                .hasMessageEndingWith(advice)
                .hasMessageNotContaining(String.valueOf(password))
                .hasMessageNotContaining(database.password()));
        assertThat(couch.requests(Requests.pages())).isEmpty();
    }

    @Test
    void saysWhichTimeZoneTheServerLacks(CouchDouble couch, TestDatabase database) throws SQLException {
        Orders.create(couch, database, 1);
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        dataSource.setOptions("-c TimeZone=Mars/Base");

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .target(dataSource)
                .build()
                .run();

        assertRefused(result, couch, "could not connect: invalid value for parameter \"TimeZone\": \"Mars/Base\"");
    }

    private static JsonObject named(String id) {
        JsonObject order = Orders.order(1, "c");
        order.addProperty("_id", id);
        return order;
    }

    private static void assertRefused(Result result, CouchDouble couch, String fault) {
        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).extracting(Throwable::getMessage).anySatisfy(message -> assertThat(message)
                .contains(fault));
        assertThat(couch.requests(Requests.pages())).isEmpty();
    }
}
