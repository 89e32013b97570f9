// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Texts that are not in the encoding they should be in, as databases in {@code SQL_ASCII} take them. */
@ExtendWith(MigratorExtension.class)
final class BrokenTextIT {
    private static final int COUNT = 50;
    private static final String BY_KEYS = "from \"names\" where \"id\" = any";
    private static final Lookup<Long, String> NAMES = Lookup.rows("names", "id", "name");

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();
    private TestDatabase database;

    @BeforeEach
    void create(PostgresServer server) throws SQLException {
        database = server.createDatabase("SQL_ASCII");
        database.execute("create table names (id serial primary key, name text, amount numeric);"
                + "insert into names (name, amount) select 'n' || i, i from generate_series(1, %d) i;".formatted(COUNT)
                + "update names set name = E'caf\\xe9' where id in (7, 8, 50);"
                + "create table people (name text not null unique)");
    }

    @AfterEach
    void drop() throws SQLException {
        database.close();
    }

    @Test
    void rejectsTheRowsWithABrokenTextAndWritesAllOthers(CouchDouble couch) throws Exception {
        Result result = migrator(table(), couch).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 3, 0, 3, COUNT - 3, 0));
        assertThat(recorder.lines())
                .contains("rejected names 7 unreadable", "rejected names 8 unreadable", "rejected names 50 unreadable");
        assertThat(logs.resolve("orders.rejects.jsonl"))
                .content()
                .contains("PostgreSQL has the row but cannot send it: SQLSTATE 22021");
        assertThat(people()).hasSize(COUNT - 3);
    }

    /** Where a page is refused its keys are read before its rows, so that it may have fewer rows than were asked for. */
    @Test
    void readsToTheEndThoughRowsAreDeletedBetweenTheirKeysAndThemselves(CouchDouble couch) throws Exception {
        database.execute("insert into names (name) select 'm' || i from generate_series(1, 2500) i");
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        target.script(JdbcFault.meanwhile("delete from names where id = (select min(id) from names where id > 800)")
                .on(JdbcStep.statements(BY_KEYS)));

        migrator(table(), couch).target(target).build().run();

        assertThat(unread()).containsExactly("7", "8", "50");
    }

    @Test
    void readsToTheEndThoughAllRowsOfAPageAreDeletedOnceTheirKeysAreRead(CouchDouble couch) throws Exception {
        database.execute("insert into names (name) select 'm' || i from generate_series(1, 2500) i");
        FaultyDataSource target = FaultyDataSource.around(database.dataSource());
        // The first statement of this kind has no keys: it tells whether rows are to blame.
        target.script(JdbcFault.meanwhile("delete from names where id between 2 and 1500")
                .on(JdbcStep.statements(BY_KEYS))
                .nth(2));

        Result result = migrator(table(), couch).target(target).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().rejected()).isZero();
        assertThat(unread()).isEmpty();
    }

    @Test
    void verifiesAllOthersAndTakesTheRejectedOnesForRejected(CouchDouble couch) throws Exception {
        migrator(table(), couch).build().run();

        Result verified = migrator(table(), couch).build().verify();

        assertThat(verified.failures()).isEmpty();
        assertThat(verified.tallies().processed()).isEqualTo(COUNT - 3);
        assertThat(verified.tallies().rejected()).isEqualTo(3);
    }

    @Test
    void bringsTheRowOnceItsTextIsMended(CouchDouble couch) throws Exception {
        migrator(table(), couch).build().run();
        database.execute("update names set name = 'cafe' || id where id in (7, 8, 50)");

        Result second = migrator(table(), couch).build().run();

        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(recorder.lines()).contains("resolved names 7", "resolved names 8", "resolved names 50");
        assertThat(people()).hasSize(COUNT).contains("cafe7");
    }

    /** A value that the server can send and Java has no number for. */
    @Test
    void rejectsARowThatTheDriverCannotTake(CouchDouble couch) throws Exception {
        database.execute("update names set name = 'n' || id; update names set amount = 'NaN' where id = 9");

        Result result = migrator(table(), couch).build().run();

        assertThat(result.tallies().rejected()).isEqualTo(1);
        assertThat(recorder.lines()).contains("rejected names 9 unreadable");
        assertThat(people()).hasSize(COUNT - 1);
    }

    @Test
    void rejectsTheDocumentsThatReferToABrokenTextOfALookup(CouchDouble couch) throws Exception {
        couch.create("orders").load(Orders.between(0, COUNT, "c"));
        Stage<?, ?> stage = DocumentStage.<String>builder("orders")
                .fields("total")
                .lookup(NAMES, order -> List.of(order.field("total").getAsLong()))
                .transform((order, context) -> List.of(order.id() + " "
                        + context.find(NAMES, order.field("total").getAsLong()).orElse("nobody")))
                .upsert(upsert())
                .build();

        Result result = migrator(stage, couch).build().run();

        assertThat(result.tallies().rejected()).isEqualTo(2);
        assertThat(recorder.lines()).contains("rejected orders o00007 unreadable", "rejected orders o00008 unreadable");
        assertThat(people()).hasSize(COUNT - 2).contains("o00009 n9");
    }

    private static TableStage<String> table() {
        return TableStage.<String>builder("names")
                .columns("name", "amount")
                .transform((row, context) -> List.of(row.text("name").orElseThrow()))
                .upsert(upsert())
                .build();
    }

    private static Upsert<String> upsert() {
        return Upsert.<String>into("people").key("name", name -> name).build();
    }

    private List<String> unread() throws SQLException {
        return database.query("select id from names where name not in (select name from people) order by id");
    }

    private List<String> people() throws SQLException {
        return database.query("select name from people");
    }

    private Migrator.Builder migrator(Stage<?, ?> stage, CouchDouble couch) {
        return Orders.migrator(Orders.migration(stage), couch, database, logs).listener(recorder);
    }
}
