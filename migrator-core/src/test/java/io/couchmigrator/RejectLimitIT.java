// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.CouchDatabase;
import io.couchmigrator.testkit.CouchDouble;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.TestDatabase;
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
        database.execute(Orders.TABLE);
        orders = couch.create("orders");
        orders.load(IntStream.range(0, COUNT)
                .mapToObj(i -> Orders.order(i, i % EVERY == EVERY - 1 ? "a name that is too long" : "c")));
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
                .isInstanceOf(LimitException.class)
                .hasMessageContainingAll("10 rejects are outstanding", "at most 9", "orders.rejects.jsonl"));
        assertThat(still.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(without.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(without.outstanding()).isEqualTo(COUNT / EVERY);
        assertThat(Orders.written(database)).isEqualTo(good());
    }

    @Test
    void triesAllThatWereRejectedWhateverTheLimit(CouchDouble couch, TestDatabase database) throws Exception {
        migrator(couch, database).build().run();
        IntStream.range(0, COUNT).filter(i -> i % EVERY == EVERY - 1).forEach(i -> orders.delete(Orders.id(i)));

        Result mended = migrator(couch, database).maxRejects(0).build().run();

        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void stopsWhenTooLargeAPartOfAThousandIsRejected(CouchDouble couch, TestDatabase database) throws Exception {
        Result first = migrator(couch, database).maxRejectedPercent(1.5).build().run();
        Result second =
                migrator(couch, database).maxRejectedPercent(2.5).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.STOPPED_BY_LIMIT);
        assertThat(first.tallies().read()).isBetween(1_000L, 1_100L);
        assertThat(second.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(Orders.written(database)).isEqualTo(good());
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs);
    }

    private static List<String> good() {
        return IntStream.range(0, COUNT)
                .filter(i -> i % EVERY != EVERY - 1)
                .mapToObj(Orders::id)
                .toList();
    }
}
