// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a verification ends with, and what its numbers are: whoever drops the source after it relies on them. */
@ExtendWith(MigratorExtension.class)
final class VerifyOutcomeIT {
    private static final int COUNT = 500;

    @TempDir
    private Path logs;

    /** A row of a document that has several. */
    private record Line(String id, String customer, int total) {}

    @ParameterizedTest
    @EnumSource(ConflictRule.class)
    void countsEachRowOfTheTableOnceHoweverItsDocumentStands(
            ConflictRule rule, CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        Migrator migrator = Orders.migrator(Orders.migration(lines(rule)), couch, database, logs)
                .workers(2)
                .build();
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        database.execute("delete from orders where id in ('o00007 0', 'o00008 0', 'o00008 1', 'o00008 2', 'o00009 2')");
        database.execute(
                "update orders set customer = 'x' where id in ('o00009 0', 'o00010 1', 'o00011 0', 'o00011 1')");
        orders.put(Orders.order(COUNT, "new"));
        orders.put(edited(orders, 12));

        Result result = migrator.verify();

        boolean changes = rule == ConflictRule.UPDATE;
        assertThat(result.tallies().rows()).isEqualTo(changes ? new Rows(5, 7, 0, 0) : new Rows(5, 0, 7, 0));
        assertThat(result.tallies().verified())
                .isEqualTo(changes ? new Verified(3, 2, 0, 2) : new Verified(3, 0, 3, 1));
        assertThat(result.tallies().alreadyThere() + 7).isEqualTo(count(database));
        assertThat(documents(result.tallies())).isEqualTo(result.tallies().read());
        assertThat(result.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
    }

    @Test
    void vouchesForACompleteMigrationAlone(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(404).on(Requests.pages()).after(2));
        Result failed = migrator(couch, database).run();
        couch.heal();

        Result partly = migrator(couch, database).verify();
        Result run = migrator(couch, database).run();
        Result whole = migrator(couch, database).verify();

        assertThat(failed.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(partly.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(partly.gaps().unfinished()).containsExactly("orders");
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(whole.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(whole.gaps().isEmpty()).isTrue();
    }

    /** Every row is there, but nobody has read what changed meanwhile. */
    @Test
    void doesNotVouchForAStageThatHasYetToCatchUp(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        couch.script(Fault.status(404)
                .on(Requests.changes().and(Requests.query("since", "now").negate())));
        Result failed = migrator(couch, database).run();
        couch.heal();

        Result result = migrator(couch, database).verify();

        assertThat(failed.outcome()).isEqualTo(Outcome.SOURCE_FAILED);
        assertThat(count(database)).isEqualTo(COUNT);
        assertThat(result.tallies().verified()).isEqualTo(Verified.NONE);
        assertThat(result.gaps().unfinished()).containsExactly("orders");
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
    }

    @Test
    void doesNotVouchForWhatIsRejected(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        orders.put(Orders.order(COUNT, "a customer of too many characters"));
        Result run = migrator(couch, database).run();

        Result result = migrator(couch, database).verify();

        assertThat(run.done()).isEqualTo(COUNT);
        assertThat(result.done()).isEqualTo(run.done());
        assertThat(result.total()).isEqualTo(COUNT + 1);
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(1);
        assertThat(result.tallies().rejected()).isEqualTo(1);
    }

    /** What comes to the source behind the place that is being read is no more migrated than what comes before it. */
    @Test
    void doesNotVouchForWhatComesWhileItReads(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, COUNT);
        migrator(couch, database).run();
        AtomicBoolean added = new AtomicBoolean();

        Result result = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        if (added.compareAndSet(false, true)) {
                            orders.put(Orders.order(COUNT, "new"));
                        }
                    }
                })
                .build()
                .verify();

        assertThat(result.tallies().verified()).isEqualTo(new Verified(0, 0, 0, 1));
        assertThat(documents(result.tallies())).isEqualTo(result.tallies().read());
        assertThat(result.outcome()).isEqualTo(Outcome.INCOMPLETE);
    }

    private static DocumentStage<Line> lines(ConflictRule rule) {
        return DocumentStage.<Line>builder("orders")
                .fields("customer", "total")
                .transform((order, context) -> IntStream.range(0, 3)
                        .mapToObj(i -> new Line(
                                order.id() + " " + i,
                                order.field("customer").getAsString(),
                                order.field("total").getAsInt()))
                        .toList())
                .upsert(Upsert.<Line>into("orders")
                        .key("id", Line::id)
                        .text("customer", Line::customer)
                        .integer("total", Line::total)
                        .onConflict(rule)
                        .build())
                .build();
    }

    private static JsonObject edited(CouchDatabase orders, int number) {
        JsonObject edited = orders.get(Orders.id(number)).orElseThrow();
        edited.addProperty("customer", "edited");
        return edited;
    }

    private static long documents(Tallies tallies) {
        Verified found = tallies.verified();
        return tallies.processed()
                + tallies.filtered()
                + tallies.rejected()
                + found.missing()
                + found.different()
                + found.misplaced()
                + found.notYetMigrated();
    }

    private static long count(TestDatabase database) throws SQLException {
        List<String> count = database.query("select count(*) from orders");
        return Long.parseLong(count.get(0));
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs).build();
    }
}
