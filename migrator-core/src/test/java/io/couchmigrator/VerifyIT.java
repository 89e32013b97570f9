// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a verification finds, what it does not take for a finding, and what comes of it. */
@ExtendWith(MigratorExtension.class)
final class VerifyIT {
    private static final int COUNT = 3_000;

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void findsNothingWhereEverythingIsThereAndWritesNothing(int workers, CouchDouble couch, TestDatabase database)
            throws Exception {
        migrated(couch, database);
        List<String> rows = rows(database);

        Result result = migrator(couch, database).workers(workers).build().verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT, 0, 0, 0, COUNT));
        assertThat(result.audit().differences()).isZero();
        assertThat(rows(database)).isEqualTo(rows);
        assertThat(logs.resolve("orders.verify.offsets.json")).doesNotExist();
    }

    /** A run needs less: it reads nothing but the key. */
    @Test
    void saysWhatItNeedsWhereItMayNotReadWhatItCompares(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        database.execute(
                "revoke select on orders from %1$s; grant select (id) on orders to %1$s".formatted(database.user()));

        Result run = migrator(couch, database).build().run();
        Result verified = migrator(couch, database).build().verify();

        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(verified.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(verified.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("grant SELECT (\"customer\", \"total\") on public.orders to " + database.user()));
    }

    @Test
    void tellsEachMissingRowAndTheNextRunBringsIt(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        List<String> rows = rows(database);
        database.execute("delete from orders where id in ('o00000', 'o01234', 'o02999')");

        Result verified = migrator(couch, database).workers(4).build().verify();
        Result again = migrator(couch, database).build().verify();
        Result run = migrator(couch, database).build().run();
        Result last = migrator(couch, database).build().verify();

        assertThat(verified.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(verified.tallies())
                .isEqualTo(new Tallies(
                        COUNT, COUNT - 3, 0, 0, 0, COUNT - 3, 0, new Verified(3, 0, 0, 0), new Rows(3, 0, 0, 0)));
        assertThat(findings(0))
                .extracting(VerifyIT::text)
                .containsExactlyInAnyOrder("missing o00000", "missing o01234", "missing o02999");
        assertThat(again.tallies().verified()).isEqualTo(new Verified(3, 0, 0, 0));
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(run.tallies().written()).isEqualTo(3);
        assertThat(rows(database)).isEqualTo(rows);
        assertThat(last.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void takesAnotherValueForAFaultOnlyWhereTheRowIsTheMigrations(CouchDouble couch, TestDatabase database)
            throws Exception {
        migrated(couch, database);
        database.execute("update orders set customer = 'other', total = total + 1 where id = 'o01000'");

        Result ofApplication = migrator(couch, database).build().verify();
        Result ofMigration =
                migrator(ConflictRule.UPDATE, couch, database).build().verify();

        assertThat(ofApplication.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(ofApplication.tallies().verified()).isEqualTo(new Verified(0, 0, 1, 0));
        assertThat(ofApplication.tallies().processed()).isEqualTo(COUNT);
        assertThat(ofMigration.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(ofMigration.tallies().verified()).isEqualTo(new Verified(0, 1, 0, 0));
        JsonObject row = findings(1).get(0).getAsJsonArray("rows").get(0).getAsJsonObject();
        assertThat(row)
                .hasToString("{\"key\":\"o01000\",\"state\":\"different\",\"columns\":[\"customer\",\"total\"]}");
    }

    @Test
    void takesWhatNoRunHasComeToForNoDifference(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = migrated(couch, database);
        orders.put(Orders.order(COUNT, "new"));
        JsonObject edited = Orders.order(7, "edited");
        edited.addProperty(
                "_rev", orders.get("o00007").orElseThrow().get("_rev").getAsString());
        orders.put(edited);
        orders.delete("o00008");

        Result result = migrator(ConflictRule.UPDATE, couch, database).build().verify();

        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 2));
        assertThat(result.tallies().processed()).isEqualTo(COUNT - 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void findsNothingWhileOthersAddAndEditAndDelete(int workers, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = migrated(couch, database);
        Random random = new Random(20181024);
        AtomicInteger added = new AtomicInteger(COUNT);

        Result result = migrator(ConflictRule.UPDATE, couch, database)
                .workers(workers)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        for (int i = 0; i < 20; i++) {
                            String id = Orders.id(random.nextInt(COUNT));
                            Optional<JsonObject> document = orders.get(id);
                            if (document.isPresent() && i % 2 == 0) {
                                document.get().addProperty("customer", "e" + i);
                                orders.put(document.get());
                            } else if (document.isPresent()) {
                                orders.delete(id);
                            }
                            orders.put(Orders.order(added.getAndIncrement(), "new"));
                        }
                    }
                })
                .build()
                .verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().verified().notYetMigrated()).isPositive();
    }

    @Test
    void verifiesWhatAnUnfinishedRunHasRead(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        stoppedAfterBatches(5, Stoppable::run, couch, database);
        int written = Orders.written(database).size();
        database.execute("delete from orders where id = (select min(id) from orders)");

        Result result = migrator(couch, database).build().verify();

        assertThat(written).isBetween(100, COUNT - 100);
        assertThat(result.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(result.tallies().verified()).isEqualTo(new Verified(1, 0, 0, COUNT - written));
    }

    @Test
    void countsAStageThatNoRunHasComeToAsNotYetMigrated(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.create("others").load(Orders.between(COUNT, COUNT + 40, "c"));
        Migration both = Orders.migration(
                Orders.stage("orders").build(), Orders.stage("others").build());
        Migrator.Builder migrator = Orders.migrator(both, couch, database, logs).listener(recorder);
        couch.script(Fault.status(404).on(Requests.database("others").and(Requests.pages())));
        assertThat(migrator.build().run().outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        couch.heal();
        // As if the run had been killed before it planned the second stage.
        Path file = logs.resolve("orders.offsets.json");
        JsonObject offsets = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        offsets.getAsJsonArray("stages").remove(1);
        Files.writeString(file, offsets.toString());

        Result result = migrator.build().verify();

        assertThat(result.gaps().unfinished()).containsExactly("others");
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(result.tallies().alreadyThere()).isEqualTo(COUNT);
        assertThat(result.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 40));
    }

    @Test
    void goesOnWhereItWasStopped(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        database.execute("delete from orders where id in ('o00000', 'o02999')");
        List<Outcome> outcomes = new ArrayList<>();
        Result result;
        do {
            result = stoppedAfterBatches(9, Stoppable::verify, couch, database);
            outcomes.add(result.outcome());
        } while (result.outcome() == Outcome.STOPPED);

        assertThat(outcomes).hasSizeGreaterThan(2);
        assertThat(result.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(result.tallies())
                .isEqualTo(new Tallies(
                        COUNT, COUNT - 2, 0, 0, 0, COUNT - 2, 0, new Verified(2, 0, 0, 0), new Rows(2, 0, 0, 0)));
    }

    /** A run moved on, so what was "not yet migrated" to the first part may be missing to the second. */
    @Test
    void startsAnewWhereARunWentOnSinceItWasStopped(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        stoppedAfterBatches(3, Stoppable::run, couch, database);
        stoppedAfterBatches(10, Stoppable::verify, couch, database);
        assertThat(migrator(couch, database).build().run().outcome()).isEqualTo(Outcome.COMPLETE);
        database.execute("delete from orders where id between 'o00400' and 'o00449'");

        Result result = migrator(couch, database).build().verify();

        assertThat(result.tallies().verified()).isEqualTo(new Verified(50, 0, 0, 0));
        assertThat(recorder.lines()).anyMatch(line -> line.startsWith("warned All is verified from the start"));
    }

    @Test
    void tellsNothingMoreOfWhatARunBroughtSinceItWasStopped(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        database.execute("delete from orders where id = 'o00000'");
        Result stopped = stoppedAfterBatches(3, Stoppable::verify, couch, database);
        Result run = migrator(couch, database).build().run();

        Result result = migrator(couch, database).build().verify();

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(stopped.tallies().verified().missing()).isEqualTo(1);
        assertThat(run.tallies().written()).isEqualTo(1);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void startsAnewWhereARunStartedOver(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        database.execute("delete from orders where id = 'o00000'");
        stoppedAfterBatches(3, Stoppable::verify, couch, database);
        Result run = migrator(couch, database).startOver(true).build().run();

        Result result = migrator(couch, database).build().verify();

        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isEqualTo(COUNT);
    }

    /** The rule says that rows are changed, so a value that is not what it should be is the next run's to write. */
    @Test
    void bringsValuesThatDifferWhereTheRowIsTheMigrations(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        migrator(ConflictRule.UPDATE, couch, database).build().run();
        database.execute("update orders set customer = 'old' where id = 'o00007'");
        Result found = migrator(ConflictRule.UPDATE, couch, database).build().verify();

        Result run = migrator(ConflictRule.UPDATE, couch, database).build().run();
        Result again = migrator(ConflictRule.UPDATE, couch, database).build().verify();

        assertThat(found.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(run.tallies().written()).isEqualTo(1);
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    /** A verification of a live source asks in many batches what changed since the migration. */
    @Test
    void readsTheFeedOnceForAllBatches(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = migrated(couch, database);
        database.execute("delete from orders where total % 100 = 7");
        orders.load(Orders.between(0, COUNT - 5, "edited"));
        couch.forgetRequests();

        Result result = migrator(couch, database).build().verify();

        assertThat(result.tallies().verified().notYetMigrated()).isEqualTo(30);
        List<String> positions = couch.requests(Requests.changes()).stream()
                .map(request -> request.parameter("since").orElseThrow())
                .filter(since -> !since.equals("now"))
                .toList();
        assertThat(positions).hasSizeGreaterThan(3);
        assertThat(positions.stream().filter(positions.get(0)::equals)).hasSize(1);
    }

    @Test
    void countsWhatIsMissingForNoReject(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = migrated(couch, database);
        database.execute("delete from orders where id between 'o00100' and 'o00249'");
        Result found = migrator(couch, database).build().verify();
        orders.put(Orders.order(COUNT, "a customer of too many characters"));

        Result run = migrator(couch, database).maxRejects(100).build().run();

        assertThat(found.tallies().verified().missing()).isEqualTo(150);
        assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(run.outstanding()).isEqualTo(1);
        assertThat(run.tallies().written()).isEqualTo(150);
    }

    @Test
    void blamesATableThatRefusesWhatIsMissing(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        database.execute("delete from orders where id between 'o00100' and 'o00249'");
        migrator(couch, database).build().verify();
        database.execute("alter table orders add constraint none check (total > 1000) not valid");

        Result run = migrator(couch, database).build().run();

        assertThat(run.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(run.tallies().rejected()).isZero();
    }

    @Test
    void countsARejectThatStandsForRejectedAndNotForMissing(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        JsonObject bad = Orders.order(COUNT, "a customer of too many characters");
        orders.put(bad);
        assertThat(migrator(couch, database).build().run().outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);

        Result result = migrator(couch, database).maxRejects(0).build().verify();

        assertThat(result.outcome()).as("limits are those of runs").isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT + 1, COUNT, 0, 1, 0, COUNT));
    }

    @Test
    void takesADocumentThatShouldHaveBeenRejectedForMissing(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = migrated(couch, database);
        orders.unreadable("o00500");

        Result result = migrator(couch, database).build().verify();
        Result run = migrator(couch, database).build().run();

        assertThat(result.tallies().verified()).isEqualTo(new Verified(1, 0, 0, 0));
        assertThat(findings(0)).extracting(VerifyIT::text).containsExactly("not rejected o00500");
        assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
    }

    /** What one look shows may be of another moment than the other: a server that errs once is no finding. */
    @Test
    void looksTwiceBeforeItTellsOfAFinding(CouchDouble couch, TestDatabase database) throws Exception {
        migrated(couch, database);
        couch.script(Fault.hideBody("o00042").on(Requests.any()).times(2));

        Result result = migrator(couch, database).build().verify();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().processed()).isEqualTo(COUNT);
    }

    @Test
    void isRefusedWhileARunGoesOnAndRefusesRunsWhileItGoesOn(CouchDouble couch, TestDatabase database)
            throws Exception {
        migrated(couch, database);
        AtomicReference<Result> during = new AtomicReference<>();
        Migrator other = migrator(couch, database).build();

        Result verified = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        during.compareAndSet(null, other.run());
                    }
                })
                .build()
                .verify();

        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(during.get().outcome()).isEqualTo(Outcome.BUSY);
        assertThat(during.get().failures()).singleElement().asString().contains("is in use");
    }

    @Test
    void saysThatThereIsNothingToVerifyWhereNothingRan(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 1);

        Result result = migrator(couch, database).build().verify();

        assertThat(result.outcome()).isEqualTo(Outcome.LOG_DIRECTORY_FAILED);
        assertThat(result.failures())
                .singleElement()
                .asString()
                .contains("nothing to verify", "orders.offsets.json", "run the migration first");
    }

    @Test
    void refusesAWriterThatCannotCompare(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 1);
        Migration migration = Orders.migration(
                Orders.stage().writer((connection, changes) -> 0).build());
        Migrator migrator = Orders.migrator(migration, couch, database, logs).build();

        assertThatThrownBy(migrator::verify)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("stage \"orders\"");
    }

    private CouchDatabase migrated(CouchDouble couch, TestDatabase database) throws SQLException {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        assertThat(migrator(couch, database).build().run().outcome()).isEqualTo(Outcome.COMPLETE);
        return orders;
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return migrator(ConflictRule.NOTHING, couch, database);
    }

    private Migrator.Builder migrator(ConflictRule rule, CouchDouble couch, TestDatabase database) {
        Stage<?, ?> stage =
                Orders.stage().upsert(Orders.upsert().onConflict(rule).build()).build();
        return Orders.migrator(Orders.migration(stage), couch, database, logs).listener(recorder);
    }

    private Result stoppedAfterBatches(
            int batches, BiFunction<Stoppable, Migrator, Result> verb, CouchDouble couch, TestDatabase database) {
        Stoppable self = new Stoppable();
        AtomicInteger left = new AtomicInteger(batches);
        Migrator migrator = migrator(couch, database)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (left.decrementAndGet() == 0) {
                            self.stop();
                        }
                    }
                })
                .build();
        return verb.apply(self, migrator);
    }

    private static List<String> rows(TestDatabase database) throws SQLException {
        return database.query("select id || ' ' || customer || ' ' || total from orders order by id collate \"C\"");
    }

    /** Returns the findings of one verification, by its place among all that found something. */
    private List<JsonObject> findings(int verification) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(logs)) {
            files = all.filter(file -> file.getFileName().toString().matches("orders-verify-\\w+\\.jsonl"))
                    .sorted()
                    .toList();
        }
        return Files.readAllLines(files.get(verification)).stream()
                .map(JsonParser::parseString)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static String text(JsonObject finding) {
        return finding.get("finding").getAsString() + " "
                + finding.get("doc_id").getAsString();
    }
}
