// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.Running;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading all again, with rows and rejects as they are. */
@ExtendWith(MigratorExtension.class)
final class RereadIT {
    @TempDir
    private Path logs;

    @Test
    void mendsRowsThatSomebodyElseChangedAndTouchesNoOther(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        couch.create("shop").load(Copies.documents(30));
        run(couch, database);
        database.execute("update shop set doc = '{}' where id = 'd010'; delete from shop where id = 'd020';"
                + " insert into shop values ('other', '1-0', '{}')");
        List<String> before = untouched(database);

        Result usual = run(couch, database);
        Result again = migrator(couch, database).reread(true).build().run();

        assertThat(usual.tallies().written()).isZero();
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isEqualTo(2);
        assertThat(again.tallies().deleted()).isEqualTo(1);
        assertThat(Copies.rows(database)).hasSize(30).contains("d010=10", "d020=20");
        assertThat(untouched(database)).isEqualTo(before);
    }

    @Test
    void goesOnWithoutBeingAskedAgainWhereItIsStopped(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        couch.create("shop").load(Copies.documents(30));
        run(couch, database);
        database.execute("delete from shop");

        Result stopped = stoppedAfterABatch(migrator(couch, database).reread(true));
        Result second = run(couch, database);

        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(stopped.tallies().read() + second.tallies().read()).isEqualTo(30);
        assertThat(Copies.rows(database)).hasSize(30);
    }

    /** Nothing but the offset file knows then that all is to be read again. */
    @ParameterizedTest
    @ValueSource(strings = {"", "d0", "d1", "d2"})
    void goesOnWithoutBeingAskedAgainWhereItIsKilled(String from, CouchDouble couch, TestDatabase database)
            throws Exception {
        Copies.createTable(database);
        couch.create("shop").load(Copies.documents(300));
        run(couch, database);
        database.execute("delete from shop where id like '%7'; update shop set doc = '{}' where id like '%8'");
        Tampering.insert(database, List.of("A", "d150x", "z"));

        killedWhereItReads(from, couch, database);
        Result second = run(couch, database);
        Result verified = migrator(couch, database).build().verify();

        assertThat(second.failures()).isEmpty();
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database))
                .isEqualTo(Copies.documents(300)
                        .map(document -> document.get("_id").getAsString() + "=" + document.get("value"))
                        .toList());
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    /** Reads all again, in a process that is killed while it waits for the first page from a key on. */
    private void killedWhereItReads(String from, CouchDouble couch, TestDatabase database) throws Exception {
        Predicate<CouchRequest> pages = Requests.pages().and(Requests.query("include_docs", "true"));
        couch.script(Fault.stallAfterBytes(10)
                .on(pages.and(page -> page.startKey().orElse("").compareTo(from) >= 0)));
        couch.script(Fault.lowerLimit(20).on(pages));
        Process program = CopyProgram.start(List.of(), couch, database, logs, "again");
        couch.awaitStalled(1, Duration.ofMinutes(1));
        program.destroyForcibly().waitFor();
        couch.heal();
    }

    @Test
    void keepsRejectsOutstandingUntilTheyAreResolved(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(30));
        database.execute("alter table shop add check ((doc ->> 'value')::int <> 13)");
        Result first = run(couch, database);

        Result again = migrator(couch, database).reread(true).build().run();
        shop.purge("d013");
        Result gone = migrator(couch, database).reread(true).build().run();

        assertThat(List.of(first, again))
                .allSatisfy(result -> assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING));
        assertThat(again.outstanding()).isEqualTo(1);
        assertThat(gone.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void takesAnotherDefinitionOfAStageThatOwnsItsTable(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        couch.create("shop").load(Copies.documents(30));
        run(couch, database);

        Result refused = even(couch, database).build().run();
        Result again = even(couch, database).reread(true).build().run();
        Result after = even(couch, database).build().run();

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(
                        "made other rows than this one would, in stage \"shop\": seen definition 2, expected definition 1")
                .hasMessageContaining("reread(true)"));
        assertThat(again.failures()).isEmpty();
        assertThat(again.tallies().deleted()).isEqualTo(15);
        assertThat(again.previously()).isZero();
        assertThat(after.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(after.previously()).isEqualTo(30);
        assertThat(Copies.rows(database)).hasSize(15);
    }

    @Test
    void removesWhatAnotherSourceDoesNotHave(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        couch.create("shop").load(Copies.documents(30));
        run(couch, database);
        couch.drop("shop");
        couch.create("shop").load(Copies.documents(20));

        Result refused = run(couch, database);
        Result stopped = stoppedAfterABatch(migrator(couch, database).acceptNewSource(true));
        Result accepted = run(couch, database);

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(stopped.previously()).isZero();
        assertThat(accepted.previously()).isEqualTo(stopped.done()).isPositive();
        assertThat(accepted.failures()).isEmpty();
        assertThat(accepted.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(20);
    }

    private static List<String> untouched(TestDatabase database) throws Exception {
        return database.query(
                "select id || xmin || ctid from shop where id not in ('d010', 'd020', 'other') order by id");
    }

    private Migrator.Builder even(CouchDouble couch, TestDatabase database) {
        OwnedTable<DocumentRow> rows = OwnedTable.<DocumentRow>named(TableName.of("shop"))
                .id("id", DocumentRow::id)
                .column("rev", "text", DocumentRow::rev)
                .column("doc", "jsonb", DocumentRow::doc)
                .build();
        DocumentStage<DocumentRow> stage = DocumentStage.<DocumentRow>builder("shop")
                .definition(2)
                .text()
                .condition(document -> "02468".indexOf(document.id().charAt(3)) >= 0)
                .transform(
                        (document, context) -> List.of(new DocumentRow(document.id(), document.rev(), document.json())))
                .owns(rows)
                .build();
        return Copies.migrator(Migration.builder(Documents.SLUG).stage(stage).build(), couch, database, logs);
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return migrator(couch, database).build().run();
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs);
    }

    private static Result stoppedAfterABatch(Migrator.Builder migrator) {
        CompletableFuture<Running> running = new CompletableFuture<>();
        Migrator stopped = migrator.listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        running.join().stop();
                    }
                })
                .build();
        running.complete(stopped.start());
        return running.join().result();
    }
}
