// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that only the target knows to be bad. */
@ExtendWith(MigratorExtension.class)
final class PoisonIT {
    private static final int COUNT = 1001;

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @Test
    void rejectsTheOneDocumentThatAConstraintRefusesAndWritesAllOthers(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("alter table orders add constraint cheap check (total <> 700)");
        AtomicInteger statements = new AtomicInteger();
        Writer<Document> counting = new CountingWriter(Orders.writer(), statements);

        Result result = migrator(Orders.stage().writer(counting).build(), couch, database)
                .chunkSize(1000)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 1, 0, 1, COUNT - 1, 0));
        assertThat(recorder.lines()).contains("rejected orders o00700 refused-by-target");
        List<String> expected = new ArrayList<>(Orders.ids(COUNT));
        expected.remove("o00700");
        assertThat(Orders.written(database)).isEqualTo(expected);
        assertThat(statements.get()).isLessThanOrEqualTo(2 + 2 * 10 + 1);
        assertThat(logs.resolve("orders.rejects.jsonl"))
                .content()
                .contains("SQLSTATE 23514 on constraint cheap of table orders")
                .doesNotContain("Failing row");
    }

    @Test
    void bringsItOnceTheConstraintIsGone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 20);
        database.execute("alter table orders add constraint cheap check (total <> 7)");
        migrator(Orders.stage().build(), couch, database).build().run();
        database.execute("alter table orders drop constraint cheap");

        Result second =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.tallies().written()).isEqualTo(1);
        assertThat(recorder.lines()).contains("resolved orders o00007");
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(20));
    }

    @Test
    void blamesTheTargetIfItRefusesAllDocumentsAlike(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 300);
        database.execute("alter table orders add constraint none check (total < 0)");

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("into table \"orders\": each of 10 documents in a row was refused alone")
                .hasMessageContaining("SQLSTATE 23514 on constraint none of table orders")
                .hasMessageEndingWith("mend the target and try again"));
        database.execute("alter table orders drop constraint none");
        assertThat(migrator(Orders.stage().build(), couch, database)
                        .build()
                        .run()
                        .outcome())
                .isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(300));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9, 10})
    void blamesTheTargetThatRefusesSmallBatchesAlike(int chunkSize, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 300);
        database.execute("alter table orders add constraint none check (total < 0)");

        Result result = migrator(Orders.stage().build(), couch, database)
                .chunkSize(chunkSize)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.outstanding()).isLessThanOrEqualTo(10);
    }

    @Test
    void blamesTheTargetThatRefusesDocumentsAlikeOneByOne(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 300);
        database.execute("alter table orders add constraint none check (total < 0)");

        Result result = migrator(Orders.stage().build(), couch, database)
                .chunkSize(1)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.outstanding()).isEqualTo(199);
    }

    /** All that a stage has may lack one and the same row elsewhere. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void blamesNobodyWhereThereIsNothingElseToWrite(int chunkSize, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 10);
        database.execute("create table customers (name text primary key);"
                + "alter table orders add foreign key (customer) references customers");

        Result result = migrator(Orders.stage().build(), couch, database)
                .chunkSize(chunkSize)
                .build()
                .run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(10);
    }

    @Test
    void isNotBlockedByNeighboursWithOneBadKey(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 500);
        List<Integer> bad = IntStream.concat(IntStream.range(0, 30), IntStream.range(200, 450))
                .boxed()
                .toList();
        bad.forEach(number -> orders.put(Orders.order(number, "none")));
        database.execute("""
                create table customers (name text primary key);
                insert into customers select 'c' || i from generate_series(0, 6) i;
                alter table orders add foreign key (customer) references customers""");

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(bad.size());
        List<String> expected = new ArrayList<>(Orders.ids(500));
        expected.removeAll(bad.stream().map(Orders::id).toList());
        assertThat(Orders.written(database)).isEqualTo(expected);
    }

    /** What was accepted is left alone where it is there, and yet shows that the target would accept it no longer. */
    @ParameterizedTest
    @EnumSource(ConflictRule.class)
    void blamesTheTargetThatRefusesWhatItAcceptedBefore(ConflictRule rule, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 500);
        Stage<?, ?> stage =
                Orders.stage().upsert(Orders.upsert().onConflict(rule).build()).build();
        Listener closing = new Listener() {
            @Override
            public void progressed(Progress progress) {
                if (progress.read() == 101) {
                    execute(database, trigger(">= 0", "raise 'closed'"));
                }
            }
        };

        Result first = Orders.migrator(Orders.migration(stage), couch, database, logs)
                .listener(closing)
                .build()
                .run();
        database.execute("drop trigger refuse on orders");
        Result second = migrator(stage, couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(first.failures())
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure)
                                .hasMessageContaining(
                                        "each of 200 documents in a row was refused alone with SQLSTATE P0001, and so is one that was accepted before"));
        assertThat(first.outstanding()).isEqualTo(100);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(500));
    }

    /** What such a trigger says of a row that is there tells nothing of whether the target is closed. */
    @Test
    void doesNotBlameTheTargetWhoseTriggerRefusesKeysThatAreThere(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 400);
        database.execute("""
                create function refuse() returns trigger language plpgsql as $$ begin
                    if exists (select from orders where id = new.id) then
                        raise exception 'key is there already';
                    end if;
                    if new.total between 101 and 350 then
                        raise exception 'no';
                    end if;
                    return new;
                end $$;
                create trigger refuse before insert on orders for each row execute function refuse()""");

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(250);
    }

    @Test
    void keepsWhatATriggerSaysInTheRejectsFileAlone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 50).put(Orders.order(7, "secret"));
        database.execute(trigger("= 7", "raise exception E'no %\\n!', new.customer"));

        migrator(Orders.stage().build(), couch, database).build().run();

        Path rejects = logs.resolve("orders.rejects.jsonl");
        assertThat(rejects).content().contains("\"said\":\"no secret !\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rejects)))
                .isEqualTo("rw-------");
        assertThat(recorder.lines()).contains("rejected orders o00007 refused-by-target");
        try (Stream<Path> files = Files.list(logs)) {
            assertThat(files.filter(file -> !file.equals(rejects)))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(file).content().doesNotContain("secret"));
        }
    }

    /** Few documents of some databases count at all. */
    @Test
    void blamesTheTargetThatRefusesTheFewDocumentsThatHaveRows(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 300);
        database.execute("alter table orders add constraint none check (total < 0)");
        Stage<?, ?> sparse = Orders.stage()
                .transform((order, context) -> order.field("total").getAsInt() % 20 == 0 ? List.of(order) : List.of())
                .build();

        Result result = migrator(sparse, couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.outstanding()).isLessThanOrEqualTo(10);
    }

    @Test
    void rejectsAsManyAsThereAreWhereOthersAreStoredBetweenThem(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 100);
        database.execute("alter table orders add constraint even check (total % 2 = 0)");

        Result result = migrator(Orders.stage().build(), couch, database)
                .chunkSize(1)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(50);
    }

    /** Whoever refuses it, and whatever the server calls it and the table. */
    @ParameterizedTest
    @MethodSource("whatRefusesOneDocument")
    void rejectsTheOneDocumentThatTheTargetRefuses(
            String state, String statement, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 150).put(Orders.order(70, "none"));
        database.execute(statement);

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(150, 149, 0, 1, 149, 0));
        List<String> expected = new ArrayList<>(Orders.ids(150));
        expected.remove("o00070");
        assertThat(Orders.written(database)).isEqualTo(expected);
        assertThat(logs.resolve("orders.rejects.jsonl")).content().contains("\"o00070\"", "SQLSTATE " + state);
    }

    static Stream<Arguments> whatRefusesOneDocument() {
        return Stream.of(
                arguments("P0001", trigger("= 70", "raise exception 'no % today', new.id")),
                arguments("23514", trigger("= 70", "raise exception 'no' using errcode = '23514'")),
                arguments("0A000", trigger("= 70", "raise exception 'no' using errcode = '0A000'")),
                arguments("42P01", trigger("= 70", "insert into no_such_table values (1)")),
                arguments("28000", trigger("= 70", "raise exception 'no' using errcode = '28000'")),
                arguments("3D000", trigger("= 70", "raise exception 'no' using errcode = '3D000'")),
                arguments("3F000", trigger("= 70", "execute format('select %I.audit()', 'of_' || new.customer)")),
                arguments("40001", trigger("= 70", "raise exception 'no' using errcode = 'serialization_failure'")),
                arguments("55P03", trigger("= 70", "raise exception 'no' using errcode = 'lock_not_available'")),
                arguments(
                        "08001",
                        trigger(
                                "= 70",
                                "raise exception 'no' using errcode = 'sqlclient_unable_to_establish_sqlconnection'")),
                arguments("25006", trigger("= 70", "raise exception 'no' using errcode = 'read_only_sql_transaction'")),
                arguments("57014", trigger("= 70", "raise exception 'no' using errcode = 'query_canceled'")),
                arguments("42883", trigger("= 70", "perform no_such_function(new.id)")),
                arguments("23503", """
                        create table customers (name text primary key);
                        insert into customers select 'c' || i from generate_series(0, 6) i;
                        alter table orders add foreign key (customer) references customers"""),
                arguments("23503", """
                        create table customers (name text primary key);
                        insert into customers select 'c' || i from generate_series(0, 6) i;
                        alter table orders add foreign key (customer) references customers
                        deferrable initially deferred"""),
                arguments("23P01", """
                        alter table orders add span int4range
                            generated always as (int4range(total - (total = 70)::int, total + 1)) stored,
                        add constraint apart exclude using gist (span with &&)"""),
                arguments("23514", """
                        drop table orders;
                        create table orders (id varchar(40) not null unique, customer varchar(8), total integer)
                            partition by range (id);
                        create table orders_1 partition of orders for values from (minvalue) to ('o00050');
                        create table orders_2 partition of orders for values from ('o00050') to (maxvalue);
                        alter table orders_2 add constraint cheap check (total <> 70)"""));
    }

    private static void execute(TestDatabase database, String statement) {
        try {
            database.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String trigger(String totals, String statement) {
        return "create function refuse() returns trigger language plpgsql as $$ begin if new.total " + totals + " then "
                + statement + "; end if; return new; end $$;"
                + "create trigger refuse before insert on orders for each row execute function refuse()";
    }
    /** None needs to be halved to find out that no other document would be written either. */
    @Test
    void blamesTheTargetAtOnceIfItRefusesTheSameWithoutRows(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 50);
        database.execute("create function refuse() returns trigger language plpgsql as $$ begin raise 'closed'; end $$;"
                + "create trigger refuse before insert on orders execute function refuse()");
        AtomicInteger statements = new AtomicInteger();
        Writer<Document> counting = new CountingWriter(Orders.writer(), statements);

        Result result = migrator(Orders.stage().writer(counting).build(), couch, database)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("SQLSTATE P0001"));
        assertThat(result.outstanding()).isZero();
        assertThat(statements.get()).isEqualTo(2);
    }

    @Test
    void rejectsDocumentsThatCollideOnAnotherUniqueColumn(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 20);
        database.execute("alter table orders add unique (total)");
        orders.put(Orders.order(12, "same"));
        JsonObject twin = Orders.order(12, "twin");
        twin.addProperty("_id", "o00012-twin");
        orders.put(twin);

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(recorder.lines()).contains("rejected orders o00012-twin refused-by-target");
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(20));
    }

    @Test
    void keepsAllRowsOfADocumentTogether(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 30);
        database.execute("alter table orders add check (id <> 'o00007-2')");
        DocumentStage<Document> stage = Orders.stage()
                .transform((order, context) ->
                        List.of(order, new Document(order.id() + "-2", order.rev(), order.fields())))
                .build();

        migrator(stage, couch, database).build().run();

        assertThat(Orders.written(database)).hasSize(58).noneMatch(id -> id.startsWith("o00007"));
    }

    private Migrator.Builder migrator(Stage<?, ?> stage, CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(stage), couch, database, logs).listener(recorder);
    }

    /** Counts what is sent. */
    private record CountingWriter(Writer<Document> writer, AtomicInteger statements) implements Writer<Document> {
        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            statements.incrementAndGet();
            return writer.write(connection, changes);
        }

        @Override
        public Set<TableName> tables() {
            return writer.tables();
        }
    }
}
