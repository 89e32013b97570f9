// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs that read in any way, are stopped anywhere, and go on in any other, while answers fail and documents change: the rows are those of the
 * documents, however they were read.
 */
@ExtendWith(MigratorExtension.class)
final class MixedReadingsIT {
    private static final int DOCUMENTS = 600;
    private static final int RUNS = 4;
    private static final List<String> BEGINNINGS =
            List.of("a", "Z", "b", "0", "_design/", "é", "\ue000", "\ud83d\ude00", "~", " ", "A");

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void endInTheRowsOfTheDocuments(long seed, CouchDouble couch, TestDatabase database) throws Exception {
        Random random = new Random(seed);
        CouchDatabase orders = couch.create("orders");
        Map<String, Integer> totals = new TreeMap<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            put(orders, totals, id(random), random);
        }

        for (int run = 0; run < RUNS; run++) {
            couch.heal();
            List<Fault> faults = EveryFault.passing().toList();
            couch.script(new FaultRule<>(
                    faults.get(random.nextInt(faults.size())), Requests.any(), 10, 3, 0.05, random.nextLong()));
            Stoppable self = new Stoppable();
            Reading reading = run == 0 ? Reading.FIELDS : drawn(random);
            self.run(migrator(reading, random, couch, database)
                    .listener(meddler(orders, totals, random, self))
                    .build());
            edit(orders, totals, random);
        }
        couch.heal();

        Result last = migrator(drawn(random), random, couch, database).build().run();
        Result verified =
                migrator(drawn(random), random, couch, database).build().verify();

        assertThat(couch.requests(Requests.finds())).isNotEmpty();
        assertThat(last.failures()).as("seed %s", seed).isEmpty();
        assertThat(last.outcome()).as("seed %s", seed).isEqualTo(Outcome.COMPLETE);
        assertThat(new TreeSet<>(database.query("select id || ' ' || total from copies")))
                .as("seed %s", seed)
                .isEqualTo(rows(totals));
        assertThat(verified.outcome()).as("seed %s", seed).isEqualTo(Outcome.COMPLETE);
    }

    private static Set<String> rows(Map<String, Integer> totals) {
        TreeSet<String> rows = new TreeSet<>();
        totals.forEach((id, total) -> rows.add(id + " " + total));
        return rows;
    }

    /** Changes documents while they are read, and stops the run after a while. */
    private static Listener meddler(CouchDatabase orders, Map<String, Integer> totals, Random random, Stoppable self) {
        AtomicInteger left = new AtomicInteger(random.nextInt(12));
        return new Listener() {
            @Override
            public void progressed(Progress progress) {
                edit(orders, totals, random);
                if (left.getAndDecrement() == 0) {
                    self.stop();
                }
            }
        };
    }

    private static void edit(CouchDatabase orders, Map<String, Integer> totals, Random random) {
        for (int i = 0; i < 5; i++) {
            String id = new ArrayList<>(totals.keySet()).get(random.nextInt(totals.size()));
            if (random.nextInt(4) == 0) {
                orders.delete(id);
                totals.remove(id);
            } else {
                put(orders, totals, random.nextBoolean() ? id : id(random), random);
            }
        }
    }

    private static void put(CouchDatabase orders, Map<String, Integer> totals, String id, Random random) {
        int total = random.nextInt(1_000);
        JsonObject order = new JsonObject();
        order.addProperty("_id", id);
        order.addProperty("total.€", total);
        order.addProperty("not_read", "x".repeat(random.nextInt(10_000)));
        orders.put(order);
        totals.put(id, total);
    }

    private static String id(Random random) {
        return BEGINNINGS.get(random.nextInt(BEGINNINGS.size())) + random.nextInt(10_000);
    }

    private static Reading drawn(Random random) {
        return List.of(Reading.values()).get(random.nextInt(Reading.values().length));
    }

    private Migrator.Builder migrator(Reading reading, Random random, CouchDouble couch, TestDatabase database) {
        Migration migration = Orders.migration(DocumentStage.<Document>builder("orders")
                .fields("total.€")
                .transform((order, context) -> List.of(order))
                .owns(OwnedTable.<Document>named(TableName.of("copies"))
                        .id("id", Document::id)
                        .rev("rev", Document::rev)
                        .column("total", "integer", order -> order.field("total.€")
                                .getAsNumber())
                        .build())
                .build());
        return Orders.migrator(migration, couch, database, logs)
                .source(CouchServer.builder(couch.url())
                        .readTimeout(Duration.ofMillis(300))
                        .reading(reading)
                        .build())
                .workers(1 + random.nextInt(4))
                .chunkSize(List.of(7, 50, 1_000).get(random.nextInt(3)));
    }
}
