// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.offsets.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WitnessesTest {
    @Test
    void spreadsThemOverAllThatWasReadAndKeepsTheNewest() {
        List<Witness> witnesses = List.of();
        for (int batch = 0; batch < 100; batch++) {
            witnesses = Witnesses.after(witnesses, batch(batch * 100, 100));
        }

        List<Integer> numbers = witnesses.stream()
                .map(witness -> Integer.parseInt(witness.id().substring(1)))
                .toList();
        assertThat(numbers).hasSize(16).doesNotHaveDuplicates().contains(9_999, 9_899);
        for (int quarter = 0; quarter < 4; quarter++) {
            int from = quarter * 2_500;
            assertThat(numbers).anyMatch(number -> number >= from && number < from + 2_500);
        }
    }

    @Test
    void takesTheSameSampleHoweverLargeTheBatches() {
        List<Witness> small = List.of();
        for (int i = 0; i < 1_000; i++) {
            small = Witnesses.after(small, batch(i * 10, 10));
        }

        List<Witness> large = Witnesses.after(List.of(), batch(0, 10_000));

        assertThat(small.stream().filter(large::contains).count()).isGreaterThanOrEqualTo(12);
    }

    @Test
    void keepsAllAsLongAsThereAreFew() {
        assertThat(Witnesses.after(List.of(), batch(0, 7))).hasSize(7);
    }

    @Test
    void takesTheNewerRevisionOfOneThatIsSeenAgain() {
        List<Witness> known = Witnesses.after(List.of(), batch(0, 1_000));
        String id = known.get(3).id();

        List<Witness> edited =
                Witnesses.after(known, List.of(new Item.Filtered<>(new DocumentId(id), "2-b"), item(5_000)));
        List<Witness> deleted = Witnesses.after(edited, List.of(new Item.Gone<>(new DocumentId(id), "3-c")));

        assertThat(edited).contains(new Witness(id, "2-b")).doesNotContain(known.get(3));
        assertThat(deleted).hasSize(16).last().isEqualTo(new Witness(id, "3-c"));
    }

    @Test
    void takesNothingWithoutARevision() {
        List<Item<String>> batch = new ArrayList<>();
        batch.add(new Item.Found<>(new RowId(1), "", "row", 1));
        batch.add(new Item.Gone<>(new DocumentId("a")));

        assertThat(Witnesses.after(List.of(), batch)).isEmpty();
    }

    private static List<Item<String>> batch(int from, int count) {
        return IntStream.range(from, from + count).mapToObj(WitnessesTest::item).toList();
    }

    private static Item<String> item(int number) {
        return new Item.Found<>(new DocumentId("o%05d".formatted(number)), "1-a", "document", 1);
    }
}
