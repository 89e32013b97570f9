// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.gson.JsonParser;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OddEntriesTest {
    private final OddEntries odd = new OddEntries();

    @Test
    void areNoneAtFirst() {
        assertThat(odd.byKind()).isEmpty();
        assertThat(odd.total()).isZero();
    }

    @Test
    void areCountedByKindTheMostFrequentFirst() {
        count("{'error': 'rare'}", "{'error': 'frequent'}", "{'error': 'frequent'}", "{'error': 'also rare'}");

        assertThat(odd.byKind()).containsExactly(entry("frequent", 2L), entry("also rare", 1L), entry("rare", 1L));
        assertThat(odd.total()).isEqualTo(4);
    }

    @Test
    void areOtherWhereTheySayNothingOfTheirKind() {
        count("{}", "{'error': null}", "{'error': {'code': 5}}", "{'note': 'odd'}");

        assertThat(odd.byKind()).containsExactly(entry("other", 4L));
    }

    @Test
    void areOtherWhereThereAreMoreKindsThanAConsoleShouldList() {
        IntStream.range(0, 1000).forEach(i -> count("{'error': 'document %d'}".formatted(i)));

        assertThat(odd.byKind()).hasSizeLessThan(25).contains(entry("document 0", 1L));
        assertThat(odd.byKind().keySet()).first().isEqualTo("other");
        assertThat(odd.total()).isEqualTo(1000);
    }

    private void count(String... entries) {
        for (String entry : entries) {
            odd.count(OddEntry.of(JsonParser.parseString(entry).getAsJsonObject()));
        }
    }
}
