// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.couch.JsonPieces;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nonsense in the place of an answer, in every kind of request: a run waits for a right one, or says that it got none. */
@ExtendWith(MigratorExtension.class)
final class RandomAnswersIT {
    private static final int COUNT = 30;
    private static final int TRIES = 40;
    private static final long SEED = 20_261_124;

    @TempDir
    private Path logs;

    /** Those that a run of so few documents makes, and that it waits for. */
    @ParameterizedTest
    @EnumSource(names = {"DATABASE", "COUNT", "NOW", "RANK", "PAGE", "LOOKUP", "PENDING"})
    void neverEndInAWrongSuccess(Asked asked, CouchDouble couch, TestDatabase database) throws Exception {
        CustomerOrders.create(couch, database, COUNT);
        Random random = new Random(SEED);
        int waited = 0;
        for (int i = 0; i < TRIES; i++) {
            String body = body(random);
            boolean lasts = random.nextBoolean();
            ScriptedFault fault = couch.script(
                    lasts
                            ? Fault.status(200).body(body).on(asked.requests())
                            : Fault.status(200).body(body).on(asked.requests()).once());

            Result result = CustomerOrders.migrator(couch, database, logs.resolve(asked + "-" + i))
                    .maxOutage(lasts ? Duration.ZERO : Duration.ofMinutes(1))
                    .build()
                    .run();

            assertThat(fault.hits()).as("seed %d, try %d: %s", SEED, i, body).isPositive();
            assertThat(result.outcome())
                    .as("seed %d, try %d: %s", SEED, i, body)
                    .isEqualTo(lasts ? Outcome.SOURCE_FAILED : Outcome.COMPLETE);
            if (lasts) {
                assertThat(result.failures()).singleElement().asString().contains("from CouchDB at " + couch.url());
            } else {
                assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
                waited++;
            }
            couch.heal();
            database.execute("delete from orders");
        }
        assertThat(waited).isBetween(1, TRIES - 1);
    }

    private static String body(Random random) {
        return random.ints(1 + random.nextInt(12), 0, JsonPieces.ALL.size())
                .mapToObj(JsonPieces.ALL::get)
                .collect(Collectors.joining());
    }
}
