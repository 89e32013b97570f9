// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two of a hundred documents cannot be stored. */
@ExtendWith(MigratorExtension.class)
final class RejectLimitIT {
    private static final int COUNT = 3_000;
    private static final int EVERY = 50;

    @TempDir
    private Path logs;

    private CouchDatabase orders;

    @BeforeEach
    void load(CouchDouble couch, TestDatabase database) throws Exception {
        orders = Orders.create(couch, database, COUNT, i -> !isGood(i));
    }

    @Test
    void stopsWhenMoreAreOutstandingAndGoesOnFromThere(CouchDouble couch, TestDatabase database) throws Exception {
        Result first = migrator(couch, database).maxRejects(9).build().run();
        Result still = migrator(couch, database).maxRejects(9).build().run();
        Result without = migrator(couch, database).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(first.outstanding()).isEqualTo(10);
        assertThat(first.tallies().read()).isEqualTo(501);
        assertThat(first.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .isInstanceOfSatisfying(
                        LimitException.class, limit -> assertThat(limit.limit()).isEqualTo(Limit.REJECTS))
                .hasMessageContainingAll("10 outstanding", "at most 9", "orders.rejects.jsonl"));
        assertThat(still.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(still.outstanding()).isEqualTo(10);
        assertThat(still.tallies()).isEqualTo(new Tallies(10, 0, 0, 10, 0, 0));
        assertThat(without.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(without.outstanding()).isEqualTo(COUNT / EVERY);
        assertThat(Orders.written(database)).isEqualTo(good());
    }

    @Test
    void triesAllThatWereRejectedWhateverTheLimit(CouchDouble couch, TestDatabase database) throws Exception {
        migrator(couch, database).build().run();
        IntStream.range(0, COUNT).filter(i -> !isGood(i)).forEach(i -> orders.delete(Orders.id(i)));

        Result mended = migrator(couch, database).maxRejects(0).build().run();

        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void stopsWhenTooLargeAPartOfAThousandIsRejected(CouchDouble couch, TestDatabase database) throws Exception {
        Result first = migrator(couch, database).maxRejectedPercent(1.5).build().run();
        Result still = migrator(couch, database).maxRejectedPercent(1.5).build().run();
        Result second =
                migrator(couch, database).maxRejectedPercent(2.5).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(first.tallies().read()).isBetween(1_000L, 1_100L);
        assertThat(first.failures())
                .singleElement()
                .asString()
                .contains(
                        "too many documents cannot be stored: this run rejected %s of %s documents, expected at most 1.5 %%: see why in "
                                .formatted(
                                        first.tallies().rejected(),
                                        first.tallies().read()));
        assertThat(still.failures()).singleElement().asString().contains(" outstanding of ");
        assertThat(still.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(still.tallies().read()).isEqualTo(still.tallies().rejected()).isEqualTo(first.outstanding());
        assertThat(second.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(Orders.written(database)).isEqualTo(good());
    }

    @Test
    void readsNothingWhereMoreAreOutstandingOfACompleteMigration(CouchDouble couch, TestDatabase database)
            throws Exception {
        migrator(couch, database).build().run();
        orders.put(Orders.order(COUNT, "new"));

        Result again = migrator(couch, database).maxRejects(9).build().run();

        assertThat(again.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(Orders.written(database)).isEqualTo(good());
    }

    /** One of the first stage would be one too many if those of the second were not tried before it. */
    @Test
    void triesTheRejectsOfAllStagesBeforeItCounts(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase others = couch.create("others");
        others.load(Orders.between(COUNT, COUNT + 100, "a name that is too long"));
        Migration both =
                Orders.migration(Orders.stage().build(), Orders.stage("others").build());
        orders.load(IntStream.range(0, COUNT).filter(i -> !isGood(i)).mapToObj(i -> Orders.order(i, "mended")));
        Orders.migrator(both, couch, database, logs).build().run();
        others.load(Orders.between(COUNT, COUNT + 100, "mended"));
        orders.put(Orders.order(1, "a name that is too long"));

        Result result = Orders.migrator(both, couch, database, logs)
                .maxRejects(1)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(1);
        assertThat(result.tallies().rejected()).isEqualTo(1);
    }

    /** It is tried by its id first, and comes again with the changes. */
    @Test
    void countsADocumentOnceThatIsRejectedTwiceInARun(CouchDouble couch, TestDatabase database) throws Exception {
        migrator(couch, database).build().run();
        orders.put(Orders.order(EVERY - 1, "another name that is too long"));

        Result again = migrator(couch, database).build().run();

        assertThat(again.tallies().rejected()).isEqualTo(again.outstanding()).isEqualTo(COUNT / EVERY);
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs);
    }

    private static boolean isGood(int number) {
        return number % EVERY != EVERY - 1;
    }

    private static List<String> good() {
        return IntStream.range(0, COUNT)
                .filter(RejectLimitIT::isGood)
                .mapToObj(Orders::id)
                .toList();
    }
}
