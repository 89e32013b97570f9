// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Pose;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.couch.Snapshot;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A source that is not what the offset file was written for is refused, whatever it calls itself; no other is. */
@ExtendWith(MigratorExtension.class)
final class SourceIdentityIT {
    private static final int COUNT = 2_000;

    /** The one question for all witnesses. */
    private static final Predicate<CouchRequest> WITNESSES = Requests.allDocs()
            .and(Requests.method("POST"))
            .and(Requests.query("include_docs", "true").negate());

    private static final String[] WAYS_ON = {"acceptNewSource(true)", "startOver(true)", "name another log directory"};

    @TempDir
    private Path logs;

    private final List<String> warnings = new CopyOnWriteArrayList<>();

    @Test
    void refusesADatabaseThatWasDeletedAndCreatedAgainWhileARunWasInterrupted(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        stopped(couch, database);
        couch.drop("orders");
        couch.create("orders").load(Orders.between(0, COUNT));

        assertRefused(couch, database, "instance_start_time");
    }

    @Test
    void knowsByAWitnessThatADatabaseWasCreatedAgainOnAServerThatDoesNotSay(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(Pose.OLD).start()) {
            Orders.create(couch, database, COUNT);
            stopped(couch, database);
            couch.drop("orders");
            couch.create("orders").load(Orders.between(COUNT, 3 * COUNT, "new"));

            assertRefused(couch, database, "no such document, not even a deleted one", " witnesses that do not fit");
        }
    }

    @Test
    void refusesARestoredOlderCopyByItsSequence(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        Snapshot backup = orders.snapshot();
        edit(orders, 0, 50);
        run(couch, database);
        orders.restore(backup);

        assertRefused(couch, database, "went back to an older state", "seen 2000 changes, expected 2050 or more");
    }

    /** A split lets the database count what was before twice, and the feed does not: only the former is comparable. */
    @Test
    void refusesARestoredOlderCopyAfterASplitOfShardsToo(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        run(couch, database);
        orders.split();
        Snapshot backup = orders.snapshot();
        edit(orders, 0, 50);
        Result afterSplit = run(couch, database);
        orders.restore(backup);

        assertRefused(couch, database, "went back to an older state", "seen 4000 changes, expected 4050 or more");
        assertThat(afterSplit.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void raisesNoAlarmAfterASplitOfShards(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        stopped(couch, database);
        orders.split();
        edit(orders, 0, 50);
        Result second = run(couch, database);
        orders.split();
        edit(orders, 0, COUNT);
        Result third = run(couch, database);
        Result fourth = run(couch, database);

        assertThat(List.of(second, third, fourth)).extracting(Result::outcome).containsOnly(Outcome.COMPLETE);
        assertThat(warnings).isEmpty();
    }

    @Test
    void comparesNoSequenceOfTheFeedWithWhatTheDatabaseCounts(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(200).body(facts(1_500, "1540414719", 1)).on(SourceIdentityIT::asksForFacts));

        Result first = run(couch, database);
        Result second = run(couch, database);

        assertThat(stage().get("sequence").getAsString()).startsWith("2000-");
        assertThat(List.of(first, second)).extracting(Result::outcome).containsOnly(Outcome.COMPLETE);
    }

    /** As an earlier version wrote it. */
    @Test
    void comparesNoNumberWithAFileThatHasNone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        run(couch, database);
        JsonObject file = file();
        JsonObject stage = file.getAsJsonArray("stages").get(0).getAsJsonObject();
        assertThat(stage.remove("update_seq").getAsString()).startsWith("2000-");
        Files.writeString(offsets(), file.toString());
        String start = stage.get("instance_start_time").getAsString();
        couch.script(Fault.status(200).body(facts(COUNT - 1, start, 1)).on(SourceIdentityIT::asksForFacts));

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(stage().get("update_seq").getAsString()).isEqualTo("1999-x");
    }

    @Test
    void refusesARestoredCopyThatHasGrownPastTheSequenceWhereAWitnessWasChanged(
            CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        run(couch, database);
        Snapshot backup = orders.snapshot();
        String edited = orders.put(Orders.order(7, "edited"));
        run(couch, database);
        orders.restore(backup);
        orders.load(Orders.between(COUNT, COUNT + 20, "later"));

        assertRefused(couch, database, "document \"o00007\"", "seen revision 1-", edited + " or a later one");
    }

    @Test
    void refusesACopyUnderTheSameNameWithOtherRevisions(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(Pose.OLD).start()) {
            CouchDatabase orders = Orders.create(couch, database, COUNT);
            edit(orders, 0, COUNT);
            run(couch, database);
            couch.drop("orders");
            CouchDatabase copy = couch.create("orders");
            copy.load(Orders.between(0, COUNT, "edited"));
            copy.load(Orders.between(COUNT, 2 * COUNT + 10, "new"));

            assertRefused(couch, database, "seen revision 1-", "expected revision 2-");
        }
    }

    @ParameterizedTest
    @EnumSource(Pose.class)
    void raisesNoAlarmWhereDocumentsWereAddedEditedAndDeletedMeanwhile(Pose pose, TestDatabase database)
            throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(pose).start()) {
            CouchDatabase orders = Orders.create(couch, database, COUNT);
            stopped(couch, database);
            edit(orders, 0, COUNT / 2);
            IntStream.range(COUNT / 4, COUNT).forEach(i -> orders.delete(Orders.id(i)));
            orders.load(Orders.between(COUNT, COUNT + 10, "new"));
            Result second = run(couch, database);
            IntStream.range(0, 10).forEach(i -> orders.delete(Orders.id(i)));
            edit(orders, 0, 5);
            Result third = run(couch, database);
            Result fourth = run(couch, database);

            assertThat(List.of(second, third, fourth))
                    .extracting(Result::outcome)
                    .containsOnly(Outcome.COMPLETE);
            assertThat(fourth.tallies().read()).isZero();
            assertThat(warnings).isEmpty();
        }
    }

    /** CouchDB 1 tells when it opened the database, PouchDB Server when it began itself. */
    @Test
    void raisesNoAlarmWhereAnOldServerWasRestarted(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        String facts =
                "{\"db_name\":\"orders\",\"doc_count\":%d,\"doc_del_count\":0,\"update_seq\":%d,\"instance_start_time\":\"%s\"}";
        ScriptedFault before = couch.script(Fault.status(200)
                .body(facts.formatted(COUNT, COUNT, "1410357347012343"))
                .on(SourceIdentityIT::asksForFacts));
        Result first = run(couch, database);
        before.cancel();
        couch.script(Fault.status(200)
                .body(facts.formatted(COUNT, COUNT, "1410360000012343"))
                .on(SourceIdentityIT::asksForFacts));

        Result second = run(couch, database);

        assertThat(List.of(first, second)).extracting(Result::outcome).containsOnly(Outcome.COMPLETE);
    }

    /** Each copy of a shard counts its own changes, and any of them may answer. */
    @ParameterizedTest
    @CsvSource({"1, OFFSETS_REFUSED", "3, COMPLETE"})
    void takesFewerChangesForAnOlderStateOnlyWhereThereIsOneCopy(
            int copies, Outcome outcome, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        run(couch, database);
        String start = stage().get("instance_start_time").getAsString();
        couch.script(Fault.status(200).body(facts(COUNT - 1, start, copies)).on(SourceIdentityIT::asksForFacts));

        assertThat(run(couch, database).outcome()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void looksAgainAfterAnOutageAndWritesNothingOfWhatCameBack(int workers, TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(Pose.OLD).start()) {
            Orders.create(couch, database, COUNT);

            Result result = outage(workers, couch, database, () -> {
                couch.drop("orders");
                couch.create("orders").load(Orders.between(0, 3 * COUNT, "other"));
            });

            assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
            assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                    .hasMessageContaining("seen revision 1-")
                    .hasMessageContaining("acceptNewSource(true)"));
            assertThat(database.query("select id from orders where customer = 'other'"))
                    .isEmpty();
            assertThat(stage().getAsJsonArray("ranges"))
                    .as("ranges that are done, and only as far as the former source had them")
                    .filteredOn(range -> range.getAsJsonObject().get("done").getAsBoolean())
                    .allSatisfy(range -> assertThat(range.getAsJsonObject()
                                    .getAsJsonObject("tallies")
                                    .get("read")
                                    .getAsInt())
                            .isEqualTo(COUNT / 2));
        }
    }

    @Test
    void looksAgainBeforeItCatchesUpAndCompletesNothing(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        Snapshot backup = orders.snapshot();
        edit(orders, 0, 10);

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        orders.restore(backup);
                    }
                })
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("seen 2000 changes, expected 2010 or more"));
        assertThat(stage().get("phase").getAsString()).isEqualTo("catching up");
    }

    @Test
    void looksAgainAfterAnOutageAndFindsAnOlderCopy(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        Snapshot backup = orders.snapshot();
        edit(orders, 0, COUNT);

        Result result = outage(1, couch, database, () -> orders.restore(backup));

        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("seen 2000 changes, expected 4000 or more"));
    }

    @Test
    void goesOnAfterAnOutageOfTheSameSource(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);

        Result result = outage(1, couch, database, () -> edit(orders, 0, 500));

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(couch.requests(WITNESSES))
                .as("in the outage, once more since the look itself met it, and before each of two catch-ups")
                .hasSize(4);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void goesOnWithAnotherSourceWhenAskedAndEndsInExactlyTheRightRows(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        long before = stopped(couch, database).tallies().read();
        couch.drop("orders");
        couch.create("orders").load(Orders.between(0, COUNT + 300, "new"));

        Result accepted = accepting(couch, database);
        Result after = run(couch, database);

        assertThat(accepted.failures()).isEmpty();
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(accepted.tallies().written()).isEqualTo(COUNT + 300 - before);
        assertThat(warnings).singleElement().asString().contains("is taken for a new one");
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT + 300));
        assertThat(after.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(after.tallies().read()).isZero();
    }

    @Test
    void bringsWhatARestoredCopyGotSinceWhenAsked(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        Snapshot backup = orders.snapshot();
        edit(orders, 0, 50);
        run(couch, database);
        orders.restore(backup);
        orders.load(Orders.between(COUNT, COUNT + 30, "later"));
        Result refused = run(couch, database);

        Result accepted = accepting(couch, database);

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(accepted.tallies().written()).isEqualTo(30);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT + 30));
        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void acceptsAllStagesOfDocumentsWhereNoneShowsADifference(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 100);
        run(couch, database);

        Result accepted = accepting(couch, database);

        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(accepted.tallies().read()).isEqualTo(100);
        assertThat(accepted.tallies().written()).isZero();
    }

    @Test
    void tellsOfAFeedThatRewindsAndReadsIt(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().pose(Pose.OLD).start()) {
            Orders.create(couch, database, COUNT);
            run(couch, database);
            couch.drop("orders");
            couch.create("orders").load(Orders.between(0, COUNT + 5));

            Result result = run(couch, database);

            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(warnings).singleElement().asString().contains("tells of all changes from the beginning (2005)");
            assertThat(result.tallies().written()).isEqualTo(5);
            assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT + 5));
        }
    }

    @Test
    void keepsSixteenWitnessesAndAsksForThemInOneRequestBeforeAnyPage(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        stopped(couch, database);
        List<String> kept = witnesses();
        couch.forgetRequests();

        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);

        assertThat(kept).hasSize(16).doesNotHaveDuplicates().allSatisfy(id -> assertThat(Orders.written(database))
                .contains(id));
        List<CouchRequest> requests = couch.requests();
        CouchRequest asked = couch.requests(WITNESSES).get(0);
        assertThat(asked.ids()).containsExactlyElementsOf(kept);
        assertThat(requests.indexOf(asked))
                .isLessThan(requests.indexOf(couch.requests(Requests.pages()).get(0)));
        assertThat(couch.requests(WITNESSES))
                .as("on resume, and before it catches up")
                .hasSize(2);
    }

    @Test
    void goesOnFromAFileWithoutWitnesses(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        stopped(couch, database);
        JsonObject file = file();
        file.getAsJsonArray("stages").get(0).getAsJsonObject().remove("witnesses");
        Files.writeString(offsets(), file.toString());

        assertThat(run(couch, database).outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(witnesses()).hasSize(16);
    }

    /** The file stays as it is, nothing is read or written, and a check says the same. */
    private void assertRefused(CouchDouble couch, TestDatabase database, String... words) throws Exception {
        String before = Files.readString(offsets());
        List<String> rows = Orders.written(database);
        couch.forgetRequests();

        Migrator migrator = migrator(couch, database).build();
        Result result = migrator.run();

        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure.getMessage())
                .startsWith("offset file \"%s\" belongs to something else: ".formatted(offsets()))
                .contains("stage \"orders\"")
                .contains(words)
                .contains(WAYS_ON));
        assertThat(migrator.check().faults())
                .extracting(Throwable::getMessage)
                .containsExactlyElementsOf(
                        result.failures().stream().map(Throwable::getMessage).toList());
        assertThat(couch.requests(Requests.pages())).isEmpty();
        assertThat(Files.readString(offsets())).isEqualTo(before);
        assertThat(Orders.written(database)).isEqualTo(rows);
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).build().run();
    }

    private Result accepting(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).acceptNewSource(true).build().run();
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database, progress -> {}, outage -> {});
    }

    private Migrator.Builder migrator(
            CouchDouble couch, TestDatabase database, Consumer<Progress> progressed, Consumer<Wait> waiting) {
        return Orders.migrator(Orders.migration(), couch, database, logs).listener(new Listener() {
            @Override
            public void progressed(Progress progress) {
                progressed.accept(progress);
            }

            @Override
            public void waiting(Wait wait) {
                waiting.accept(wait);
            }

            @Override
            public void warned(String message) {
                warnings.add(message);
            }
        });
    }

    /** Stops a run after a quarter of the documents. */
    private Result stopped(CouchDouble couch, TestDatabase database) {
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(
                        couch,
                        database,
                        progress -> {
                            if (progress.read() >= COUNT / 4) {
                                self.stop();
                            }
                        },
                        outage -> {})
                .build();
        return self.run(migrator);
    }

    /** Runs over an outage in the middle of reading, during which something happens. */
    private Result outage(int workers, CouchDouble couch, TestDatabase database, Runnable meanwhile) {
        AtomicBoolean begun = new AtomicBoolean();
        return migrator(
                        couch,
                        database,
                        progress -> {
                            if (progress.read() >= 301 && begun.compareAndSet(false, true)) {
                                couch.stop();
                            }
                        },
                        outage -> {
                            meanwhile.run();
                            couch.restart();
                        })
                .workers(workers)
                .build()
                .run();
    }

    private static String facts(int changes, String start, int copies) {
        return "{\"db_name\":\"orders\",\"doc_count\":%d,\"doc_del_count\":0,\"update_seq\":\"%d-x\",\"instance_start_time\":\"%s\",\"cluster\":{\"q\":2,\"n\":%d,\"w\":1,\"r\":1}}"
                .formatted(COUNT, changes, start, copies);
    }

    private static boolean asksForFacts(CouchRequest request) {
        return request.path().equals("/orders");
    }

    private static void edit(CouchDatabase orders, int from, int to) {
        orders.load(Orders.between(from, to, "edited"));
    }

    private List<String> witnesses() throws IOException {
        List<String> ids = new ArrayList<>();
        JsonArray witnesses = stage().getAsJsonArray("witnesses");
        for (JsonElement witness : witnesses) {
            ids.add(witness.getAsJsonObject().get("id").getAsString());
        }
        return ids;
    }

    private JsonObject stage() throws IOException {
        return file().getAsJsonArray("stages").get(0).getAsJsonObject();
    }

    private JsonObject file() throws IOException {
        return JsonParser.parseString(Files.readString(offsets())).getAsJsonObject();
    }

    private Path offsets() {
        return logs.resolve("orders.offsets.json");
    }
}
