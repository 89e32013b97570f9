// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RankedMapTest {
    @Test
    void agreesWithATreeMap() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TreeMap<Integer, String> expected = new TreeMap<>();
        RankedMap<Integer, String> actual = RankedMap.empty();

        for (int step = 0; step < 20_000; step++) {
            int key = random.nextInt(500);
            if (random.nextInt(5) < 3) {
                expected.put(key, "v" + step);
                actual = actual.put(key, "v" + step);
            } else {
                expected.remove(key);
                actual = actual.remove(key);
            }
            int probe = random.nextInt(500);
            assertThat(actual.size()).as("seed %d", seed).isEqualTo(expected.size());
            assertThat(actual.get(probe)).as("seed %d", seed).isEqualTo(expected.get(probe));
            assertThat(actual.rank(probe))
                    .as("seed %d", seed)
                    .isEqualTo(expected.headMap(probe).size());
        }

        List<String> values = new ArrayList<>(expected.values());
        assertThat(actual.slice(0, values.size())).as("seed %d", seed).isEqualTo(values);
        assertThat(actual.slice(10, 20)).as("seed %d", seed).isEqualTo(values.subList(10, 20));
    }

    @Test
    void staysShallowWhenFilledInOrder() {
        RankedMap<Integer, Integer> map = RankedMap.empty();
        for (int i = 0; i < 100_000; i++) {
            map = map.put(i, i);
        }

        // A tree that had degenerated to a list would overflow the stack.
        assertThat(map.slice(99_999, 100_000)).containsExactly(99_999);
        assertThat(map.rank(70_000)).isEqualTo(70_000);
    }

    @Test
    void leavesSnapshotsAlone() {
        RankedMap<String, Integer> before =
                RankedMap.<String, Integer>empty().put("a", 1).put("b", 2);

        RankedMap<String, Integer> after = before.put("a", 3).remove("b");

        assertThat(before.slice(0, 2)).containsExactly(1, 2);
        assertThat(after.slice(0, 1)).containsExactly(3);
    }

    @Test
    void isBuiltFromSortedValues() {
        RankedMap<Integer, Integer> map = RankedMap.ofSorted(List.of(2, 3, 5, 7, 11, 13), value -> value);

        assertThat(map.rank(7)).isEqualTo(3);
        assertThat(map.put(6, 6).remove(13).slice(0, 10)).containsExactly(2, 3, 5, 6, 7, 11);
    }

    @Test
    void clipsSlicesToWhatThereIs() {
        RankedMap<String, Integer> map = RankedMap.<String, Integer>empty().put("a", 1);

        assertThat(map.slice(0, Integer.MAX_VALUE)).containsExactly(1);
        assertThat(map.slice(5, 3)).isEmpty();
    }
}
