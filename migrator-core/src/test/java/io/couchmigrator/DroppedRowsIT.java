// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that the target takes without an error, and does not have afterwards. */
@ExtendWith(MigratorExtension.class)
final class DroppedRowsIT {
    private static final int COUNT = 300;
    private static final String EVERY_THIRD = "new.total % 3 = 2";

    private static final Transform<Document, Document> TWO_ROWS =
            (order, context) -> List.of(order, new Document(order.id() + "-2", order.rev(), order.fields()));

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void rejectsTheDocumentsWhoseRowsATriggerDropsAndBringsThemOnceItIsGone(
            int chunkSize, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(trigger("insert", EVERY_THIRD));

        Result first = migrator(Orders.stage().build(), couch, database)
                .chunkSize(chunkSize)
                .build()
                .run();
        List<String> written = Orders.written(database);
        database.execute("drop trigger drops on orders");
        Result second =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(first.failures()).isEmpty();
        assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(first.tallies()).isEqualTo(new Tallies(COUNT, 200, 0, 100, 200, 0));
        assertThat(written).isEqualTo(ids(i -> i % 3));
        assertThat(recorder.lines()).contains("rejected orders o00299 refused-by-target");
        assertThat(logs.resolve("orders.rejects.jsonl"))
                .content()
                .contains(
                        "a row that is not there as it was written: a trigger or a rule of table \\\"orders\\\" dropped, changed or removed it");
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** Offered again, a row may well be taken. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void countsNoRowAsThereThatATriggerDropsNowAndThen(int chunkSize, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create sequence calls;" + trigger("insert", "nextval('calls') % 3 = 0"));

        Result first = migrator(Orders.stage().build(), couch, database)
                .chunkSize(chunkSize)
                .build()
                .run();
        int written = Orders.written(database).size();
        database.execute("drop trigger drops on orders");
        Result second =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(first.failures()).isEmpty();
        assertThat(first.tallies().alreadyThere()).isZero();
        assertThat(first.tallies().written()).isEqualTo(written);
        assertThat(first.outstanding()).isEqualTo(COUNT - written);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void countsAsAlreadyThereWhatIsThere(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(
                "insert into orders (id) values ('o00002'), ('o00003'), ('o00150');" + trigger("insert", EVERY_THIRD));

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, 201, 0, 99, 198, 3));
    }

    /** To a writer that replaces, what is not among the rows of a change is not to be there any more. */
    @Test
    void offersADocumentAgainWithAllItsRows(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create sequence calls;" + trigger("insert", "nextval('calls') = 2"));
        Replacing writer = new Replacing();

        Result result = migrator(
                        Orders.stage().transform(TWO_ROWS).writer(writer).build(), couch, database)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, 2 * COUNT, 0));
        assertThat(Orders.written(database)).hasSize(2 * COUNT).contains(Orders.id(0), Orders.id(0) + "-2");
        assertThat(writer.sizes).containsOnly(2);
    }

    /** An old way of parting a table: the parent shows the row, though nothing was inserted into it. */
    @Test
    void seesARowThatATriggerPutsElsewhere(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create table orders_old (unique (id)) inherits (orders);"
                + "create function away() returns trigger language plpgsql as $$ begin"
                + " insert into orders_old select new.*; return null; end $$;"
                + "create trigger away before insert on orders for each row execute function away()");

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** The rows of a child are changed with the table's own, and are no others that were written. */
    @Test
    void seesADroppedRowWhereAChildOfTheTableHasTheKeysOfOthers(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("create table orders_old () inherits (orders);"
                + "insert into orders (id) select 'o' || lpad(i::text, 5, '0') from generate_series(0, 299) i where i <> 77;"
                + "insert into orders_old (id) select id from only orders;" + trigger("insert", "new.total = 77"));

        Result first = migrator(updating(), couch, database).build().run();
        database.execute("drop trigger drops on orders");
        Result second = migrator(updating(), couch, database).build().run();
        Result verified = migrator(updating(), couch, database).build().verify();

        assertThat(first.failures()).isEmpty();
        assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(recorder.lines()).contains("rejected orders o00077 refused-by-target");
        assertThat(first.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 1, 0, 1, COUNT - 1, 0));
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void blamesTheTargetThatDropsEveryRow(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(trigger("insert", "true"));

        Result result =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures())
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure)
                                .hasMessageContaining(
                                        "refused alone with a row that is not there as it was written: a trigger or a rule of table \"orders\" dropped, changed or removed it"));
        assertThat(result.tallies().alreadyThere()).isZero();
    }

    @Test
    void rejectsADocumentWhoseRowATriggerDoesNotLetChange(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute("insert into orders (id, customer, total) select 'o' || lpad(i::text, 5, '0'), 'c' || i % 7,"
                + " case when i % 10 = 5 then -1 else i end from generate_series(0, 199) i;"
                + trigger("update", "new.total in (15, 95)"));

        Result result = migrator(updating(), couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 2, 0, 2, 18 + 100, 180));
        assertThat(database.query("select id from orders where total = -1 order by 1"))
                .containsExactly("o00015", "o00095");
    }

    @Test
    void rejectsADocumentOfWhichATriggerDoesNotLetOneRowChange(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(updating(TWO_ROWS), couch, database).build().run();
        database.execute("update orders set total = -1 where total % 10 = 5;"
                + trigger("update", "new.id in ('o00015-2', 'o00095')"));

        Result result = migrator(updating(TWO_ROWS), couch, database)
                .startOver(true)
                .build()
                .run();

        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 2, 0, 2, 56, 2 * (COUNT - 2) - 56));
        assertThat(database.query("select id from orders where total = -1 order by 1"))
                .containsExactly("o00015", "o00015-2", "o00095", "o00095-2");
    }

    /** Of its rows the last wins, and the others are no rows that were dropped, or changed by a trigger. */
    @ParameterizedTest
    @EnumSource(ConflictRule.class)
    void bearsWithADocumentThatHasOneKeyTwice(ConflictRule rule, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(trigger("insert or update", "false"));
        JsonObject none = new JsonObject();
        Stage<?, ?> stage = Orders.stage()
                .transform((order, context) -> List.of(new Document(order.id(), order.rev(), none), order))
                .upsert(Orders.upsert().onConflict(rule).build())
                .build();

        Result result = migrator(stage, couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, COUNT, COUNT));
    }

    /** As it does with what else is in the columns of rows that it leaves alone. */
    @Test
    void bearsWithATriggerThatChangesValuesWhereRowsAreLeftAlone(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(meddling("before insert or update", "new.total % 2 = 1", "new.customer := 'x'"));
        Stage<?, ?> stage = Orders.stage().build();
        Result first = migrator(stage, couch, database).build().run();

        Result verified = migrator(stage, couch, database).build().verify();
        Result again = migrator(stage, couch, database).startOver(true).build().run();

        assertThat(first.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, COUNT, 0));
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.tallies().verified().leftAlone()).isEqualTo(150);
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isZero();
    }

    @Test
    void rejectsTheDocumentsWhoseValuesATriggerChangesWhereRowsAreToBeAsTheirsAre(
            CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(meddling("before insert or update", "new.total % 2 = 1", "new.customer := 'x'"));
        Result first = migrator(updating(), couch, database).build().run();

        Result verified = migrator(updating(), couch, database).build().verify();
        database.execute("drop trigger meddles on orders");
        Result mended = migrator(updating(), couch, database).build().run();
        Result equal = migrator(updating(), couch, database).build().verify();

        assertThat(first.tallies()).isEqualTo(new Tallies(COUNT, 150, 0, 150, 150, 0));
        assertThat(List.of(first.outcome(), verified.outcome())).containsOnly(Outcome.REJECTS_OUTSTANDING);
        assertThat(List.of(mended.outcome(), equal.outcome())).containsOnly(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** Both are counted as written, whenever the trigger runs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "before insert; new.id := upper(new.id)",
                "after insert; delete from orders where id = new.id",
                "after insert deferrable; delete from orders where id = new.id"
            })
    void rejectsTheDocumentsWhoseRowsATriggerMovesOrRemoves(
            String event, String statement, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(meddling(event, "new.total = 7", statement));
        Result first = migrator(Orders.stage().build(), couch, database).build().run();

        Result verified =
                migrator(Orders.stage().build(), couch, database).build().verify();
        database.execute("drop trigger meddles on orders");
        Result mended =
                migrator(Orders.stage().build(), couch, database).build().run();

        assertThat(first.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 1, 0, 1, COUNT - 1, 0));
        assertThat(List.of(first.outcome(), verified.outcome())).containsOnly(Outcome.REJECTS_OUTSTANDING);
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** The key must be readable to write; other columns need not be. */
    @Test
    void looksAtNothingButTheKeyWhereRowsAreLeftAlone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(Orders.stage().build(), couch, database).build().run();
        database.execute("revoke select on orders from current_user; grant select (id) on orders to current_user");

        Result again = migrator(Orders.stage().build(), couch, database)
                .startOver(true)
                .build()
                .run();

        assertThat(again.failures()).isEmpty();
        assertThat(again.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, 0, COUNT));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2})
    void refusesAWriterThatCountsWhatCannotBe(int count, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        Writer<Document> writer = new Counting(count);

        Migrator migrator =
                migrator(Orders.stage().writer(writer).build(), couch, database).build();

        assertThatThrownBy(migrator::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the writer of stage \"orders\", " + Counting.class.getName())
                .hasMessageContaining("says that it wrote %d rows: expected 0 to 1".formatted(count));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void looksForWhatAWriterOfACallersDidNotWriteIfItCompares(
            boolean comparable, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(trigger("insert", EVERY_THIRD));
        Writer<Document> writer = new Delegating(Orders.writer(), comparable);

        Result result = migrator(Orders.stage().writer(writer).build(), couch, database)
                .build()
                .run();

        assertThat(result.tallies().written()).isEqualTo(200);
        assertThat(result.outstanding()).isEqualTo(comparable ? 100 : 0);
        assertThat(recorder.lines().stream().filter(line -> line.startsWith("warned")))
                .hasSize(comparable ? 0 : 1)
                .allSatisfy(line -> assertThat(line)
                        .containsPattern("the writer of stage \"orders\" says that it wrote [0-9]+ of [0-9]+ rows"
                                + " and cannot tell whether the others are there"));
    }

    @Test
    void refusesAWriterThatComparesFewerRowsThanItWasGiven(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(trigger("insert", EVERY_THIRD));
        Writer<Document> writer = new Delegating(Orders.writer(), true) {
            @Override
            public List<Standing> compare(Connection connection, List<Document> rows) {
                return List.of();
            }
        };

        Migrator migrator =
                migrator(Orders.stage().writer(writer).build(), couch, database).build();

        assertThatThrownBy(migrator::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the writer of stage \"orders\"")
                .hasMessageContaining("compared 0 rows: expected one result for each of");
    }

    @Test
    void doesNotSayThatCompletionIsRecordedWhereATriggerDropsIt(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 3);
        database.execute("create table states (slug text unique not null, at timestamptz not null);"
                + "create function drops() returns trigger language plpgsql as $$ begin return null; end $$;"
                + "create trigger drops before insert on states for each row execute function drops()");
        Migration migration = Migration.builder("orders")
                .stage(Orders.stage().build())
                .completion(new CompletionTable("states", "slug", "at"))
                .build();

        Result first = Orders.migrator(migration, couch, database, logs).build().run();
        database.execute("drop trigger drops on states");
        Result second =
                Orders.migrator(migration, couch, database, logs).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("could not record completion: table \"states\" has no row of \"orders\""));
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select slug from states")).containsExactly("orders");
    }

    private Migrator.Builder migrator(Stage<?, ?> stage, CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(stage), couch, database, logs).listener(recorder);
    }

    private static Stage<?, ?> updating() {
        return updating((order, context) -> List.of(order));
    }

    private static Stage<?, ?> updating(Transform<Document, Document> transform) {
        return Orders.stage()
                .transform(transform)
                .upsert(Orders.upsert().onConflict(ConflictRule.UPDATE).build())
                .build();
    }

    private static String trigger(String event, String condition) {
        return "create function drops() returns trigger language plpgsql as $$ begin if " + condition
                + " then return null; end if; return new; end $$;"
                + "create trigger drops before " + event + " on orders for each row execute function drops()";
    }

    /** Returns a trigger that does something for some rows; one that is deferrable does so at the end of the transaction. */
    private static String meddling(String event, String condition, String statement) {
        boolean deferred = event.endsWith("deferrable");
        return "create function meddles() returns trigger language plpgsql as $$ begin " + statement
                + "; return new; end $$;"
                + "create %strigger meddles %s on orders%s for each row when (%s) execute function meddles()"
                        .formatted(
                                deferred ? "constraint " : "",
                                event.replace(" deferrable", ""),
                                deferred ? " deferrable initially deferred" : "",
                                condition);
    }

    /** Returns the ids of those that are 0 or 1 by this. */
    private static List<String> ids(IntUnaryOperator by) {
        return IntStream.range(0, COUNT)
                .filter(i -> by.applyAsInt(i) < 2)
                .mapToObj(Orders::id)
                .toList();
    }

    private static class Delegating implements Writer<Document> {
        private final Writer<Document> writer;
        private final boolean comparable;

        Delegating(Writer<Document> writer, boolean comparable) {
            this.writer = writer;
            this.comparable = comparable;
        }

        @Override
        public boolean isComparable() {
            return comparable;
        }

        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            return writer.write(connection, changes);
        }

        @Override
        public List<Standing> compare(Connection connection, List<Document> rows) throws SQLException {
            return writer.compare(connection, rows);
        }
    }

    /** Takes the rows of a change for all that its document has. */
    private static final class Replacing extends Delegating {
        private final List<Integer> sizes = new ArrayList<>();

        Replacing() {
            super(Orders.writer(), true);
        }

        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            try (PreparedStatement deleting =
                    connection.prepareStatement("delete from orders where left(id, 6) = ? and id <> all (?)")) {
                for (Change<Document> change : changes) {
                    sizes.add(change.rows().size());
                    Object[] ids = change.rows().stream().map(Document::id).toArray();
                    deleting.setString(1, change.id());
                    deleting.setArray(2, connection.createArrayOf("text", ids));
                    deleting.execute();
                }
            }
            return super.write(connection, changes);
        }
    }

    /** Writes nothing, and says that it did. */
    private record Counting(int count) implements Writer<Document> {
        @Override
        public int write(Connection connection, List<Change<Document>> changes) throws SQLException {
            return changes.isEmpty() ? 0 : count;
        }

        @Override
        public Set<TableName> tables() {
            return Set.of(TableName.of("orders"));
        }
    }
}
