// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that end early, and the runs that go on from there. */
@ExtendWith(MigratorExtension.class)
final class ResumeIT {
    private static final int COUNT = 3_000;

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void readsNothingTwiceHoweverOftenItIsStopped(int workers, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        Random random = new Random(20181024);
        long read = 0;
        long written = 0;
        int runs = 0;
        Result result;
        do {
            result = stoppedAfter(1 + random.nextInt(8), couch, database, workers);
            read += result.tallies().read();
            written += result.tallies().written();
            runs++;
        } while (result.outcome() == Outcome.STOPPED);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(runs).isGreaterThan(3);
        assertThat(read).isEqualTo(COUNT);
        assertThat(written).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void stopsWhenItsThreadIsInterruptedAndKeepsTheInterrupt(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        Thread caller = Thread.currentThread();
        Migrator migrator = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        caller.interrupt();
                    }
                })
                .build();

        Result first = migrator.run();
        boolean interrupted = Thread.interrupted();
        Result second = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(interrupted).isTrue();
        assertThat(first.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(first.tallies().read() + second.tallies().read()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void saysThatItBeginsAnewWhereItsOffsetFileIsGone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 10);
        List<String> first = warningsOfARun(couch, database, false);
        List<String> again = warningsOfARun(couch, database, false);
        Files.delete(logs.resolve("orders.offsets.json"));

        List<String> checked = new ArrayList<>();
        warning(couch, database, checked).build().check();
        List<String> lost = warningsOfARun(couch, database, false);
        Files.delete(logs.resolve("orders.offsets.json"));
        List<String> over = warningsOfARun(couch, database, true);

        assertThat(first).isEmpty();
        assertThat(again).isEmpty();
        assertThat(lost)
                .singleElement()
                .asString()
                .startsWith("There is no offset file \"" + logs.resolve("orders.offsets.json")
                        + "\", but a history of earlier runs: all is read from the beginning.");
        assertThat(checked).isEqualTo(lost);
        assertThat(over).isEmpty();
    }

    private List<String> warningsOfARun(CouchDouble couch, TestDatabase database, boolean startOver) {
        List<String> warnings = new ArrayList<>();
        Result result =
                warning(couch, database, warnings).startOver(startOver).build().run();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        return warnings;
    }

    private Migrator.Builder warning(CouchDouble couch, TestDatabase database, List<String> warnings) {
        return Orders.migrator(Orders.migration(), couch, database, logs).listener(new Listener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void goesOnWithWhateverRangesTheOffsetFileHolds(int workers, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 1_000);
        stoppedAfter(1, couch, database, 1);
        database.execute("delete from orders");
        JsonArray ranges = new JsonArray();
        ranges.add(range(null, Orders.id(100), Orders.id(49), false, 50));
        ranges.add(range(Orders.id(100), Orders.id(180), Orders.id(179), true, 80));
        ranges.add(range(Orders.id(180), null, null, false, 0));
        edit(stage -> stage.add("ranges", ranges));

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(workers)
                .build()
                .run();

        List<String> unread = new ArrayList<>(Orders.ids(1_000).subList(50, 100));
        unread.addAll(Orders.ids(1_000).subList(180, 1_000));
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isEqualTo(unread.size());
        assertThat(result.done()).isEqualTo(1_000);
        assertThat(Orders.written(database)).isEqualTo(unread);
    }

    @Test
    void cutsWhatIsLeftOfTheOneRangeOfAnOlderFile(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 6_000);
        stoppedAfter(1, couch, database, 1);
        database.execute("delete from orders");
        JsonArray one = new JsonArray();
        one.add(range(null, null, Orders.id(499), false, 500));
        edit(stage -> stage.add("ranges", one));

        Result stopped = stoppedAfter(3, couch, database, 4);
        JsonArray cut = stage().getAsJsonArray("ranges");
        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(4)
                .build()
                .run();

        assertThat(cut).hasSize(5);
        assertThat(cut.get(0).getAsJsonObject().get("rank").getAsLong()).isGreaterThanOrEqualTo(500);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.audit().differences()).isZero();
        assertThat(stopped.tallies().read() + result.tallies().read()).isEqualTo(5_500);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(6_000).subList(500, 6_000));
    }

    @Test
    void asksForNoMoreAtOnceThanMayBeReadInASecond(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 300);

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .maxDocumentsPerSecond(250)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(couch.requests(Requests.pages().and(Requests.method("GET"))))
                .extracting(
                        request -> Integer.parseInt(request.parameter("limit").orElseThrow()))
                .allMatch(limit -> limit <= 250)
                .contains(250);
    }

    @Test
    void learnsTheCreationTimeThatAnOlderServerDidNotTell(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 1_000);
        String facts = "{\"db_name\":\"orders\",\"doc_count\":1000,\"instance_start_time\":\"0\"}";
        couch.script(Fault.status(200).body(facts).on(request -> request.path().equals("/orders")));
        stoppedAfter(1, couch, database, 1);
        String before = stage().get("instance_start_time").getAsString();
        couch.heal();

        Result upgraded = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();
        String after = stage().get("instance_start_time").getAsString();
        couch.drop("orders");
        couch.create("orders");
        Result refused = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(before).isEqualTo("0");
        assertThat(upgraded.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(after).isNotEqualTo("0");
        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(after)
                .hasMessageContaining("startOver(true)"));
    }

    @Test
    void takesARowWhoseKeyWasDrawnBeforeOthersButCommittedAfterThem(CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute("create table src (id serial primary key, v text);"
                + " create table dst (id serial, k text unique not null); insert into src (v) values ('early')");
        TableStage<String> stage = TableStage.<String>builder("src")
                .columns("v")
                .transform((row, context) -> List.of(row.text("v").orElseThrow()))
                .upsert(Upsert.<String>into("dst").key("k", key -> key).build())
                .build();
        try (Connection late = database.dataSource().getConnection();
                Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("insert into src (v) values ('late')");
            database.execute("insert into src (v) values ('last')");

            Result result = Orders.migrator(Orders.migration(stage), couch, database, logs)
                    .listener(new Listener() {
                        @Override
                        public void stageRead(Progress progress) {
                            commit(late);
                        }
                    })
                    .build()
                    .run();

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(database.query("select k from dst order by k")).containsExactly("early", "last", "late");
        }
    }

    @Test
    void asksForNoPageThatWasCommitted(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        stoppedAfter(5, couch, database, 1);
        couch.forgetRequests();

        Orders.migrator(Orders.migration(), couch, database, logs).build().run();

        assertThat(couch.requests(Requests.pages().and(Requests.method("GET"))))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.startKey())
                        .hasValueSatisfying(key -> assertThat(key).isGreaterThan(Orders.id(400))));
    }

    /** How many there are was saved with the plan. */
    @Test
    void countsDocumentsNoMoreOnceAStageIsPlanned(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        stoppedAfter(5, couch, database, 1);
        couch.forgetRequests();

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(result.total()).isEqualTo(COUNT);
        assertThat(couch.requests(Requests.allDocs().and(Requests.query("limit", "0"))))
                .filteredOn(request -> request.startKey().isEmpty())
                .isEmpty();
    }

    @Test
    void asksFourTimesWhereNothingChanged(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        Migrator migrator =
                Orders.migrator(Orders.migration(), couch, database, logs).build();
        migrator.run();
        couch.forgetRequests();

        Result unchanged = migrator.run();

        assertThat(unchanged.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(couch.requests()).hasSizeBetween(3, 4);
    }

    /** A page of changes is a batch: of the feed only the end of a page is told. */
    @Test
    void stopsBetweenPagesOfChangesAndReadsNoneAgain(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 10);
        Orders.migrator(Orders.migration(), couch, database, logs).build().run();
        orders.load(Orders.between(10, 60));

        Result stopped = stoppedByTheFirst(couch, database);
        Result second = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(stopped.tallies().written()).isEqualTo(10);
        assertThat(second.tallies().read()).isEqualTo(40);
        assertThat(stage().getAsJsonObject("tallies_outside_ranges")
                        .get("written")
                        .getAsInt())
                .isEqualTo(50);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(60));
    }

    @Test
    void goesOnAfterTheLastBatchOfAPageOfChanges(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 10);
        Orders.migrator(Orders.migration(), couch, database, logs).build().run();
        orders.load(Orders.between(10, 15));

        Result stopped = stoppedByTheFirst(couch, database);
        Result second = Orders.migrator(Orders.migration(), couch, database, logs)
                .build()
                .run();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(second.tallies().read()).isZero();
    }

    @Test
    void stopsBetweenTheBatchesOfWhatWasRejected(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 50, i -> true);
        Orders.migrator(Orders.migration(), couch, database, logs).build().run();
        database.execute("alter table orders alter customer type text");

        Result stopped = stoppedByTheFirst(couch, database);

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(stopped.tallies().written()).isEqualTo(10);
        assertThat(stopped.outstanding()).isEqualTo(40);
    }

    private Result stoppedByTheFirst(CouchDouble couch, TestDatabase database) {
        Stoppable self = new Stoppable();
        Migration stopping = Orders.migration(Orders.stage()
                .transform((order, context) -> {
                    self.stop();
                    return List.of(order);
                })
                .build());
        return self.run(
                Orders.migrator(stopping, couch, database, logs).chunkSize(10).build());
    }

    private Result stoppedAfter(int batches, CouchDouble couch, TestDatabase database, int workers) {
        Stoppable self = new Stoppable();
        AtomicInteger seen = new AtomicInteger();
        Migrator migrator = Orders.migrator(Orders.migration(), couch, database, logs)
                .workers(workers)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (seen.incrementAndGet() == batches) {
                            self.stop();
                        }
                    }
                })
                .build();
        return self.run(migrator);
    }

    private Path offsets() {
        return logs.resolve("orders.offsets.json");
    }

    private JsonObject stage() throws IOException {
        return stage(file());
    }

    private JsonObject file() throws IOException {
        return JsonParser.parseString(Files.readString(offsets())).getAsJsonObject();
    }

    private static JsonObject stage(JsonObject file) {
        return file.getAsJsonArray("stages").get(0).getAsJsonObject();
    }

    private void edit(Consumer<JsonObject> change) throws IOException {
        JsonObject file = file();
        change.accept(stage(file));
        Files.writeString(offsets(), file.toString());
    }

    private static JsonObject range(
            @Nullable String from, @Nullable String before, @Nullable String after, boolean done, int read) {
        JsonObject tallies = new JsonObject();
        tallies.addProperty("read", read);
        tallies.addProperty("processed", read);
        for (String none : List.of("filtered", "rejected", "written", "already_there")) {
            tallies.addProperty(none, 0);
        }
        JsonObject range = new JsonObject();
        range.add("from", id(from));
        range.add("before", id(before));
        range.add("after", id(after));
        range.addProperty("done", done);
        range.add("tallies", tallies);
        return range;
    }

    private static JsonElement id(@Nullable String id) {
        return id == null ? JsonNull.INSTANCE : new JsonPrimitive(id);
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
