// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A file of rejects that tells of far more than is outstanding. */
@ExtendWith(MigratorExtension.class)
final class CompactedRejectsIT {
    private static final int COUNT = 20;
    private static final int BAD = 5;
    private static final int RESOLVED = 6_000;

    @TempDir
    private Path logs;

    private CouchDatabase orders;

    @BeforeEach
    void rejectSome(CouchDouble couch, TestDatabase database) throws Exception {
        orders = Orders.create(couch, database, COUNT, i -> i < BAD);
        assertThat(migrator(couch, database).run().outstanding()).isEqualTo(BAD);
    }

    @Test
    void keepsWhatIsOutstandingAndBringsItOnceItIsMended(CouchDouble couch, TestDatabase database) throws Exception {
        List<String> outstanding = Files.readAllLines(rejects());
        tellOfManyThatAreResolved();
        byte[] grown = Files.readAllBytes(rejects());

        migrator(couch, database).check();
        migrator(couch, database).verify();
        byte[] looked = Files.readAllBytes(rejects());
        Result still = migrator(couch, database).run();
        List<String> compacted = Files.readAllLines(rejects());
        IntStream.range(0, BAD).forEach(i -> orders.put(Orders.order(i, "mended")));
        Result mended = migrator(couch, database).run();

        assertThat(looked).isEqualTo(grown);
        assertThat(still.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(still.outstanding()).isEqualTo(BAD);
        assertThat(compacted).isEqualTo(outstanding);
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(mended.tallies().written()).isEqualTo(BAD);
    }

    /** There may be no room for a second file, or no right to make one. */
    @Test
    void goesOnWithAFileThatCannotBeCompactedAndTellsOfIt(CouchDouble couch, TestDatabase database) throws Exception {
        tellOfManyThatAreResolved();
        byte[] grown = Files.readAllBytes(rejects());
        Path inTheWay = Files.createDirectories(logs.resolve("orders.rejects.jsonl.tmp/in the way"));
        List<String> warnings = new ArrayList<>();
        IntStream.range(0, BAD).forEach(i -> orders.put(Orders.order(i, "mended")));

        Result mended = Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void warned(String message) {
                        warnings.add(message);
                    }
                })
                .build()
                .run();

        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith("The rejects file stays as long as it is: could not replace \"" + rejects() + "\": ");
        assertThat(Arrays.copyOf(Files.readAllBytes(rejects()), grown.length)).isEqualTo(grown);
        assertThat(Files.readAllLines(rejects())).hasSize(2 * RESOLVED + BAD + BAD);
        Files.delete(inTheWay);
        assertThat(migrator(couch, database).run().outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(rejects()).isEmptyFile();
    }

    /** As it is held to it before. */
    @Test
    void isHeldToTheOffsetFileAfterwardsAsWell(CouchDouble couch, TestDatabase database) throws Exception {
        tellOfManyThatAreResolved();
        migrator(couch, database).run();

        Files.write(rejects(), Files.readAllLines(rejects()).subList(0, BAD - 1));
        Result cut = migrator(couch, database).run();

        assertThat(cut.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(cut.failures())
                .singleElement()
                .satisfies(
                        fault -> assertThat(fault)
                                .hasMessageContaining(
                                        "is cut, or another one: it never told what the offset file knows of it (outstanding rejects: 5)"));
    }

    private void tellOfManyThatAreResolved() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String event : List.of("rejected", "resolved")) {
            IntStream.range(0, RESOLVED)
                    .mapToObj(i -> "{\"event\":\"%s\",\"stage\":\"orders\",\"doc_id\":\"former%s\",\"code\":\"any\"}"
                            .formatted(event, i))
                    .forEach(lines::add);
        }
        lines.addAll(Files.readAllLines(rejects()));
        Files.write(rejects(), lines);
    }

    private Path rejects() {
        return logs.resolve("orders.rejects.jsonl");
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(Orders.migration(), couch, database, logs).build();
    }
}
