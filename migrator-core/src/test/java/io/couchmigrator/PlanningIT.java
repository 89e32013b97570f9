// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CheckReport.Connections;
import io.couchmigrator.CheckReport.Connections.LimitOf;
import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TableCheck.State;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.TargetException.Lack;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Endpoint;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a check tells whoever plans a run. */
@ExtendWith(MigratorExtension.class)
final class PlanningIT {
    @TempDir
    private Path logs;

    @Test
    void describesBothServersAndWhatIsThere(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute("insert into orders (id) values ('one'), ('two')");

        CheckReport report = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(2)
                .build()
                .check();

        assertThat(report.faults()).isEmpty();
        assertThat(report.grants()).isEmpty();
        assertThat(report.source().name()).isEqualTo("CouchDB at " + couch.url());
        assertThat(report.source().version())
                .hasValueSatisfying(version -> assertThat(version).matches("3\\..+"));
        assertThat(report.source().tls()).isFalse();
        assertThat(report.stages()).singleElement().satisfies(stage -> {
            assertThat(stage.documents()).hasValue(3);
            assertThat(stage.cluster().orElseThrow().copies()).hasValue(1);
            assertThat(stage.cluster().orElseThrow().shards()).isPresent();
        });
        assertThat(report.freeBytes().orElseThrow()).isPositive();
        TargetCheck target = report.targets().get(0);
        assertThat(report.targets()).hasSize(1);
        assertThat(target.name())
                .isEqualTo("PostgreSQL at %s:%s/%s".formatted(database.host(), database.port(), database.name()));
        assertThat(target.connectionsNeeded()).isEqualTo(4);
        assertThat(target.tables())
                .containsExactly(new TableCheck(TableName.of("orders"), State.COUNTED, OptionalLong.of(2)));
        assertThat(target.server()).hasValueSatisfying(server -> {
            assertThat(server.version()).matches("\\d+\\.\\d+");
            assertThat(server.database()).isEqualTo(database.name());
            assertThat(server.user()).isEqualTo(database.user());
            assertThat(server.tls()).hasValue(false);
            Connections connections = server.connections().orElseThrow();
            assertThat(connections.limitOf()).isEqualTo(LimitOf.SERVER);
            assertThat(connections.most()).isPositive();
            assertThat(connections.free()).isPositive().isLessThanOrEqualTo(connections.most());
        });
    }

    @Test
    void estimatesHowManyRowsThereAreOfMany(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 0);
        database.execute("insert into orders (id) select i::text from generate_series(1, 20000) i; analyze orders");

        CheckReport report = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .check();

        TableCheck table = report.targets().get(0).tables().get(0);
        assertThat(table.state()).isEqualTo(State.ESTIMATED);
        assertThat(table.rows().orElseThrow()).isBetween(10_001L, 30_000L);
    }

    @Test
    void grantsByItsStatementsAllThatIsMissing(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute("revoke all on orders, orders_serial_seq from " + database.user());
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        CheckReport lacking = migrator.check();
        for (String grant : lacking.grants()) {
            database.execute(grant);
        }

        assertThat(lacking.faults()).hasSize(2);
        assertThat(lacking.grants()).hasSize(3).allMatch(grant -> grant.startsWith("grant "));
        assertThat(lacking.targets().get(0).tables())
                .containsExactly(new TableCheck(TableName.of("orders"), State.UNKNOWN, OptionalLong.empty()));
        assertThat(migrator.check().faults()).isEmpty();
    }

    /** Tables, functions and sequences are somebody else's, in a schema that stands in the user's search path alone. */
    @Test
    void grantsAUserWhoMayOnlyConnectWhateverARunAndAVerificationNeed(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        superuser(database, """
                alter database %1$s owner to postgres; revoke all on database %1$s from public; grant connect on database %1$s to %1$s;
                alter schema public owner to postgres; revoke all on schema public from public, %1$s;
                create schema app; create schema types; alter role %1$s set search_path = app;
                alter table orders owner to postgres; alter table orders set schema app; revoke all on app.orders from %1$s;
                create domain types.amount as integer;
                create function app.note(types.amount) returns text language sql immutable as 'select null::text';
                revoke execute on function app.note(types.amount) from public;
                alter table app.orders add note text default app.note(1);
                create table app.src (id integer primary key, code text); insert into app.src values (1, 'a'), (2, 'b');
                create table app.names (id integer primary key, name text); insert into app.names values (1, 'x');
                create table app.codes (code text unique, amount types.amount);
                create table app.states (id serial primary key, slug text unique, at timestamptz)
                """.formatted(database.user()));
        Migrator migrator = Orders.migrator(withCodes(), couch, database, logs).build();

        CheckReport lacking = migrator.check();
        superuser(database, String.join(";", lacking.grants()));

        assertThat(lacking.faults())
                .hasOnlyElementsOfType(TargetException.class)
                .allSatisfy(fault -> assertThat(((TargetException) fault).lack())
                        .as(fault.getMessage())
                        .isPresent());
        assertThat(lacking.grants()).startsWith("grant usage on schema app to " + database.user());
        assertThat(migrator.check().faults()).isEmpty();
        assertThat(migrator.run().failures()).isEmpty();
        assertThat(migrator.verify().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    /** What a run only writes a verification reads, too. */
    @Test
    void grantsWhatAVerificationNeedsAndARunDoesNot(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute(
                "revoke select on orders from %1$s; grant select (id) on orders to %1$s".formatted(database.user()));
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        CheckReport report = migrator.check();
        Result run = migrator.run();
        database.execute(String.join(";", report.grants()));

        assertThat(report.faults()).isEmpty();
        assertThat(report.verifyFaults()).singleElement().satisfies(fault -> assertThat(fault)
                .hasMessageContaining(" may not read all that verify() reads of table \"orders\": grant SELECT ("));
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(migrator.check().verifyFaults()).isEmpty();
        assertThat(migrator.verify().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void saysOfATableThatIsNotThereThatNoRunCreatesIt(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("orders");

        CheckReport report = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .check();

        assertThat(report.targets().get(0).tables())
                .containsExactly(new TableCheck(TableName.of("orders"), State.MISSING, OptionalLong.empty()));
    }

    @Test
    void saysNothingOfATableThatWouldBeBehindAViewWhereThereIsNone(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        Migration migration = Orders.migration(Orders.stage()
                .upsert(Orders.upsert().tableBehindView("orders_tbl").build())
                .build());

        CheckReport report =
                Orders.migrator(migration, couch, database, logs).build().check();

        assertThat(report.targets().get(0).tables())
                .containsExactly(new TableCheck(TableName.of("orders"), State.COUNTED, OptionalLong.of(0)));
    }

    /** Some installations tell nobody of others' connections; a run goes on without knowing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "revoke execute on function pg_stat_get_activity(integer) from public",
                "revoke select on pg_stat_activity, pg_stat_ssl from public",
                "revoke select on pg_stat_activity, pg_stat_ssl, pg_locks from public"
            })
    void takesForUnknownWhatItsUserMayNotAskOfOthers(String statement, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        superuser(database, statement);
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();

        CheckReport report = migrator.check();

        assertThat(report.faults()).isEmpty();
        assertThat(report.targets().get(0).server()).hasValueSatisfying(server -> {
            assertThat(server.version()).matches("\\d+\\.\\d+");
            assertThat(server.tls()).isEmpty();
            assertThat(server.connections()).isEmpty();
        });
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @ParameterizedTest
    @CsvSource({"alter role %s connection limit 9, USER", "alter database %s connection limit 9, DATABASE"})
    void heedsTheLimitThatLeavesTheFewestConnections(
            String statement, LimitOf limitOf, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        superuser(database, statement.formatted(database.user()));

        Connections connections;
        try (Connection one = database.dataSource().getConnection();
                Connection other = database.dataSource().getConnection()) {
            assertThat(List.of(one.isValid(0), other.isValid(0))).containsOnly(true);
            connections = Orders.migrator(Orders.migration(), couch, database, logs).build().check().targets().stream()
                    .findFirst()
                    .flatMap(TargetCheck::server)
                    .flatMap(Server::connections)
                    .orElseThrow();
        }

        assertThat(connections.limitOf()).isEqualTo(limitOf);
        assertThat(connections.most()).isEqualTo(9);
        assertThat(connections.free()).isLessThanOrEqualTo(7);
    }

    @Test
    void grantsWhatAWriterOfACallerFindsMissing(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        Lack lack = new Lack("user u may not write orders", "grant insert on orders to u");
        Writer<Document> writer = new Writer<>() {
            @Override
            public int write(Connection connection, List<Change<Document>> orders) {
                return 0;
            }

            @Override
            public List<TargetException> faults(Connection connection) {
                return List.of(
                        TargetException.lacking(lack.what() + ": let it", lack), new TargetException("no such order"));
            }
        };

        CheckReport report = Orders.migrator(
                        Orders.migration(Orders.stage().writer(writer).build()), couch, database, logs)
                .build()
                .check();

        assertThat(report.faults())
                .extracting(Throwable::getMessage)
                .containsExactly(lack.what() + ": let it", "no such order");
        assertThat(report.grants()).containsExactly(lack.grant());
    }

    private static Migration withCodes() {
        Lookup<Long, String> names = Lookup.rows("names", "id", "name");
        return Migration.builder("orders")
                .stage(Orders.stage().build())
                .stage(TableStage.<List<String>>builder("src")
                        .columns("code")
                        .lookup(names, row -> List.of(row.id()))
                        .transform((row, context) ->
                                List.of(List.of(row.text("code").orElseThrow(), "7")))
                        .upsert(Upsert.<List<String>>into("codes")
                                .key("code", row -> row.get(0))
                                .column("amount", row -> row.get(1))
                                .build())
                        .build())
                .completion(new CompletionTable("states", "slug", "at"))
                .build();
    }

    private static void superuser(TestDatabase database, String sql) throws SQLException {
        try (Connection superuser = DriverManager.getConnection(database.jdbcUrl() + "?user=postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The welcome of a healthy server may take seconds, and no run needs it. */
    @Test
    void takesAVersionThatIsNotToldForUnknown(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        couch.script(Fault.status(500).on(Requests.to(Endpoint.SERVER)));

        CheckReport report = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .check();

        assertThat(report.faults()).isEmpty();
        assertThat(report.source().version()).isEmpty();
    }

    @Test
    void tellsOfWhatCannotBeAskedThatItIsUnknown(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        PGSimpleDataSource elsewhere = new PGSimpleDataSource();
        elsewhere.setUrl(database.jdbcUrl().replace(database.name(), "no_such_database"));
        elsewhere.setUser(database.user());
        elsewhere.setPassword(database.password());

        CheckReport report = Orders.migrator(Orders.migration(), couch, database, logs)
                .target(elsewhere)
                .build()
                .check();

        assertThat(report.faults()).hasSize(1);
        assertThat(report.targets()).singleElement().satisfies(target -> {
            assertThat(target.name()).endsWith("/no_such_database");
            assertThat(target.server()).isEmpty();
            assertThat(target.tables())
                    .containsExactly(new TableCheck(TableName.of("orders"), State.UNKNOWN, OptionalLong.empty()));
        });
    }

    @Test
    void saysWhatToDoWhereItCannotTellWhetherARunGoesOnElsewhere(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        superuser(database, "revoke select on pg_locks from public");
        List<String> warned = new ArrayList<>();

        CheckReport report = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void warned(String message) {
                        warned.add(message);
                    }
                })
                .build()
                .check();

        assertThat(report.faults()).isEmpty();
        assertThat(warned).singleElement().satisfies(warning -> assertThat(warning)
                .startsWith("Whether another run of this migration goes on is unknown: ")
                .endsWith(". Make sure that none does, on this host or another, before you run it."));
    }

    @Test
    void refusesWhatARunWouldForTheSakeOfOneThatGoesOnElsewhere(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        Running running = Orders.migrator(
                        Orders.migration(), couch, database, Files.createDirectory(logs.resolve("one")))
                .listener(new Listener() {
                    @Override
                    public void stageStarted(Progress progress, Path migrationLog) {
                        begun.countDown();
                        try {
                            looked.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                })
                .build()
                .start();
        begun.await();

        List<MigrationException> faults = Orders.migrator(Orders.migration(), couch, database, logs.resolve("other"))
                .build()
                .check()
                .faults();
        looked.countDown();

        assertThat(faults).singleElement().satisfies(fault -> assertThat(fault)
                .isInstanceOf(BusyException.class)
                .hasMessageContaining("the lock of migration \"orders\" in PostgreSQL is held by server process ")
                .hasMessageMatching("(?s).*, since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ: wait for that run.*"));
        assertThat(running.result().outcome()).isEqualTo(Outcome.COMPLETE);
    }
}
