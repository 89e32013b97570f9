// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TableCheck.State;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps a stage from owning its table is found before the first document is read, by check and by run. */
@ExtendWith(MigratorExtension.class)
@Tag("catalogue")
final class OwnedChecksIT {
    private static final String DDL =
            "create table if not exists \"public\".\"shop\" (\"id\" text collate \"C\" primary key, \"rev\" text not null, \"doc\" jsonb not null)";
    private static final String OWNER_DDL =
            "create table if not exists \"public\".\"couch_migrator_owner\" (\"table\" text primary key, source text not null, migration text not null, epoch bigint not null, table_oid bigint not null, keeps_deleted boolean not null, claim text not null)";
    private static final String TABLE =
            "create table shop (id text collate \"C\" primary key, rev text not null, doc jsonb not null);";

    @TempDir
    private Path logs;

    @Test
    void tellsWhatARunWouldCreateAndCreatesNothing(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop");
        CheckReport report = Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .check();

        assertThat(report.faults()).isEmpty();
        assertThat(report.targets().get(0).tables())
                .containsExactly(
                        new TableCheck(TableName.of("shop"), State.CREATED_BY_RUN, OptionalLong.empty()),
                        new TableCheck(
                                TableName.of("public", "couch_migrator_owner"),
                                State.CREATED_BY_RUN,
                                OptionalLong.empty()));
        assertThat(database.query("select tablename from pg_tables where schemaname = 'public'"))
                .isEmpty();
    }

    /** Statements, and what must be said of the table then; %u stands for the user. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "insert into shop values ('a', '1-x', '{}') | table \"shop\" has rows, and nothing says that they are of migration \"documents\" with CouchDB database shop created at",
                "create table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch bigint, table_oid bigint, keeps_deleted boolean, claim text); insert into couch_migrator_owner values ('shop', 'shop', 'archive', 1, 'shop'::regclass::oid::bigint, false, 'c') | table \"shop\" is owned by migration \"archive\" with CouchDB database shop: expected migration \"documents\"",
                "create table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch bigint, table_oid bigint, keeps_deleted boolean, claim text); insert into couch_migrator_owner values ('shop', 'shelf', 'documents', 1, 'shop'::regclass::oid::bigint, false, 'c') | is owned by migration \"documents\" with CouchDB database shelf: expected migration",
                "alter table shop rename to rows; create view shop as select * from rows | \"shop\" is a view: expected a table",
                "alter table shop rename to rows; create materialized view shop as select * from rows | \"shop\" is a materialized view",
                "create table heir () inherits (shop) | has rows of tables that inherit from it",
                "alter table shop drop column rev | table \"shop\" has no column \"rev\" (it has id, doc)",
                "alter table shop alter doc type json | column \"doc\" of table \"shop\" has type json: expected jsonb",
                "alter table shop alter rev type varchar(60) | column \"rev\" of table \"shop\" has type character varying: expected text",
                "alter table shop add note text not null | column \"note\" of table \"shop\" must have a value, has no default",
                "alter table shop alter id type text collate \"default\" | column \"id\" of table \"shop\" has the collation \"default\": expected \"C\", whose order is CouchDB's: alter table shop alter column id type text collate \"C\"",
                "alter table shop drop constraint shop_pkey | column \"id\" of table \"shop\" has no unique index of its own",
                "create table notes (of text constraint notes_of references shop on delete cascade) | foreign key notes_of of table notes deletes or changes rows there with those of table \"shop\": expected",
                "create table notes (of text constraint notes_of references shop on delete set null) | foreign key notes_of of table notes deletes or changes",
                "create table notes (of text constraint notes_of references shop on delete set default) | foreign key notes_of of table notes deletes or changes",
                "create table notes (of text constraint notes_of references shop on update cascade) | foreign key notes_of of table notes deletes or changes",
                "alter table shop add part_of text constraint shop_part_of references shop on delete cascade | foreign key shop_part_of of table shop deletes or changes",
                "alter table shop drop constraint shop_pkey; alter table shop alter id drop not null; create unique index on shop (id) | column \"id\" of table \"shop\" may be null: expected not null, since a row without an id is of no document: alter table \"shop\" alter column \"id\" set not null",
                "alter table shop set unlogged | table \"shop\" is unlogged",
                "alter table shop enable row level security, force row level security | row-level security of table \"shop\" applies",
                "revoke delete on shop from %u | lacks privileges on table \"shop\": grant DELETE on public.shop to %u",
                "revoke all on shop from %u | grant DELETE, INSERT (\"doc\", \"id\", \"rev\"), SELECT",
                "create table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch integer, table_oid bigint, keeps_deleted boolean, claim text); revoke update on couch_migrator_owner from %u | lacks privileges on table \"public.couch_migrator_owner\": grant UPDATE",
                "create table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch integer, table_oid bigint, keeps_deleted boolean, claim text); revoke delete on couch_migrator_owner from %u | lacks privileges on table \"public.couch_migrator_owner\": grant DELETE",
                "create table couch_migrator_owner (\"table\" text, source text, epoch bigint, table_oid bigint, keeps_deleted boolean, claim text) | table \"public.couch_migrator_owner\" has no column \"migration\"",
                "create table couch_migrator_owner (\"table\" text, source text, migration text, epoch bigint, table_oid bigint, keeps_deleted boolean, claim text) | column \"table\" of table \"public.couch_migrator_owner\" has no unique index",
                "create table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch integer, table_oid bigint, keeps_deleted boolean, claim text) | column \"epoch\" of table \"public.couch_migrator_owner\" has type integer: expected bigint: alter table \"public\".\"couch_migrator_owner\" alter column \"epoch\" type bigint",
                "create table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch bigint, table_oid bigint, keeps_deleted boolean, claim varchar(9)) | column \"claim\" of table \"public.couch_migrator_owner\" has type character varying: expected text",
                "create table couch_migrator_owner (\"table\" text primary key, source text not null, migration text not null, epoch bigint not null, table_oid bigint not null, keeps_deleted boolean, claim text); insert into couch_migrator_owner values ('shop', 'shop', 'documents', 1, 'shop'::regclass::oid::bigint, null, null) | column \"claim\" of table \"public.couch_migrator_owner\" may be null: expected not null",
                "create unlogged table couch_migrator_owner (\"table\" text primary key, source text, migration text, epoch bigint, table_oid bigint, keeps_deleted boolean, claim text) | table \"public.couch_migrator_owner\" is unlogged",
            })
    void findsWhatKeepsATableFromBeingOwned(String statement, String said, CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(3));
        database.execute(TABLE + statement.replace("%u", database.user()));
        Migrator migrator =
                Copies.migrator(Copies.migration(), couch, database, logs).build();

        assertFaulty(migrator, couch, said.replace("%u", database.user()));
    }

    /** Neither can what policies hide be asked for, which is an error of PostgreSQL. */
    @ParameterizedTest
    @ValueSource(strings = {"shop", "couch_migrator_owner"})
    void tellsOnceThatPoliciesApply(String table, CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        Migrator migrator =
                Copies.migrator(Copies.migration(), couch, database, logs).build();
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        database.execute("alter table %s enable row level security, force row level security".formatted(table));

        CheckReport report = migrator.check();

        assertThat(report.faults()).singleElement().satisfies(fault -> assertThat(fault)
                .hasMessageContaining("row-level security of table"));
    }

    @Test
    void printsHowToCreateWhatItsUserMayNot(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        superuser(database, "alter schema public owner to postgres; revoke create on schema public from public");
        Migrator migrator =
                Copies.migrator(Copies.migration(), couch, database, logs).build();

        assertFaulty(
                migrator,
                couch,
                "table \"shop\" does not exist, and user %u may not create tables in schema \"public\": let it by grant create on schema \"public\" to %u, or let somebody else create both: "
                                .replace("%u", database.user())
                        + DDL + "; " + OWNER_DDL
                        + "; grant select, insert, update, delete on \"public\".\"shop\", \"public\".\"couch_migrator_owner\" to "
                        + database.user());
    }

    @Test
    void goesOnWithWhatSomebodyElseCreated(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        superuser(
                database,
                "alter schema public owner to postgres; revoke create on schema public from public; " + DDL + "; "
                        + OWNER_DDL
                        + "; grant select, insert, update, delete on \"public\".\"shop\", \"public\".\"couch_migrator_owner\" to "
                        + database.user());

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(result.failures()).isEmpty();
        assertThat(Copies.rows(database)).hasSize(3);
    }

    @Test
    void saysThatASchemaIsMissing(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        Migration migration = Documents.builder()
                .database("shop", TableName.of("archive", "shop"))
                .build();

        assertFaulty(
                Copies.migrator(migration, couch, database, logs).build(),
                couch,
                "table \"archive.shop\" does not exist, and schema \"archive\" does not exist: create it by create schema \"archive\", and with it both: create table if not exists \"archive\".\"shop\"");
        assertThat(Copies.migrator(migration, couch, database, logs)
                        .build()
                        .check()
                        .grants())
                .as("what could not be granted before the table is there")
                .isEmpty();
    }

    @Test
    void saysThatNoSchemaIsOnTheSearchPath(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        database.execute("alter role %s set search_path = nowhere".formatted(database.user()));

        assertFaulty(
                Copies.migrator(Copies.migration(), couch, database, logs).build(),
                couch,
                "table \"shop\" does not exist, and no schema of the search path (nowhere) is there to create it in: name one, or create it");
    }

    @Test
    void refusesADatabaseOfAnotherEncoding(CouchDouble couch, PostgresServer postgres) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        try (TestDatabase latin1 = postgres.createDatabase("LATIN1")) {
            assertFaulty(
                    Copies.migrator(Copies.migration(), couch, latin1, logs).build(),
                    couch,
                    "is encoded in LATIN1, which has not all characters of documents: expected UTF8");
        }
    }

    /** As some installations have one for tables of users whom they do not know. */
    @Test
    void takesBackWhatAnEventTriggerMadeUnfit(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        superuser(database, """
                create function unlog() returns event_trigger language plpgsql as $$
                declare made record;
                begin
                  for made in select object_identity from pg_event_trigger_ddl_commands() where object_type = 'table' loop
                    execute format('alter table %s set unlogged', made.object_identity);
                  end loop;
                end $$;
                create event trigger unlogs on ddl_command_end when tag in ('CREATE TABLE') execute function unlog()
                """);

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("what was created for stage \"shop\" was taken back")
                .hasMessageContaining("table \"public.couch_migrator_owner\" is unlogged")
                .hasMessageContaining("table \"shop\" is unlogged"));
        assertThat(database.query("select tablename from pg_tables where schemaname = 'public'"))
                .isEmpty();
    }

    @Test
    void takesATableThatIsToBeAdopted(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        database.execute(TABLE + "insert into shop values ('stranger', '1-x', '{}')");
        Migrator.Builder migrator = Copies.migrator(Copies.migration(), couch, database, logs);

        Result adopted = migrator.adopt(true).build().run();
        Result again = migrator.adopt(false).build().run();

        assertThat(adopted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(adopted.tallies().deleted()).isEqualTo(1);
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).containsExactly("d000=0", "d001=1", "d002=2");
    }

    @Test
    void takesATableToWhichOthersReferWithoutHarm(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        database.execute(
                TABLE + "create table notes (of text references shop on delete restrict, too text references shop)");

        CheckReport report = Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .check();

        assertThat(report.faults()).isEmpty();
    }

    private static void superuser(TestDatabase database, String sql) throws Exception {
        try (Connection superuser = DriverManager.getConnection(database.jdbcUrl() + "?user=postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertFaulty(Migrator migrator, CouchDouble couch, String fault) {
        assertThat(migrator.check().faults())
                .anySatisfy(found ->
                        assertThat(found).isInstanceOf(TargetException.class).hasMessageContaining(fault));
        Result result = migrator.run();
        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures())
                .anySatisfy(found -> assertThat(found).hasMessageContaining(fault))
                .doesNotHaveDuplicates();
        assertThat(couch.requests(Requests.pages())).isEmpty();
    }
}
