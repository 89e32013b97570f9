// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A rejects file that is not the one that the offset file was saved with, although it tells of as many rejects. */
@ExtendWith(MigratorExtension.class)
final class RestoredRejectsIT {
    private static final String TOO_LONG = "a name that is too long";

    @TempDir
    private Path logs;

    private byte[] older;
    private byte[] whole;

    @BeforeEach
    void rejectOneAfterAnotherIsMended(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 3, i -> i == 0);
        Migrator migrator = migrator(couch, database);
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        orders.put(Orders.order(0, "mended"));
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        older = Files.readAllBytes(rejects());
        orders.put(Orders.order(3, TOO_LONG));
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        whole = Files.readAllBytes(rejects());
        database.execute("alter table orders alter customer type text");
    }

    @Test
    void refusesAnOlderCopy(CouchDouble couch, TestDatabase database) throws Exception {
        refuses(older, couch, database);
    }

    @Test
    void refusesOneWithoutItsLastByte(CouchDouble couch, TestDatabase database) throws Exception {
        refuses(Arrays.copyOf(whole, whole.length - 1), couch, database);
    }

    private void refuses(byte[] other, CouchDouble couch, TestDatabase database) throws Exception {
        Files.write(rejects(), other);
        CheckReport looked = migrator(couch, database).check();
        Result refused = migrator(couch, database).run();
        Result unverified = migrator(couch, database).verify();
        byte[] left = Files.readAllBytes(rejects());
        Files.write(rejects(), whole);
        Result brought = migrator(couch, database).run();

        String fault = "\"%s\" is cut, or another one: ".formatted(rejects());
        assertThat(looked.faults()).singleElement().satisfies(e -> assertThat(e).hasMessageStartingWith(fault));
        for (Result result : new Result[] {refused, unverified}) {
            assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
            assertThat(result.failures()).singleElement().satisfies(e -> assertThat(e)
                    .hasMessageStartingWith(fault)
                    .hasMessageContaining("startOver(true)"));
        }
        assertThat(left).isEqualTo(other);
        assertThat(brought.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(4));
    }

    private Path rejects() {
        return logs.resolve("orders.rejects.jsonl");
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs).build();
    }
}
