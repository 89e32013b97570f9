// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SampleDocumentsTest {
    @Test
    void givesTheSameDocumentsForTheSameSeed() {
        SampleDocuments sample = SampleDocuments.of("main", 7, 100, 0);
        SampleDocuments again = SampleDocuments.of("main", 7, 100, 0);
        SampleDocuments other = SampleDocuments.of("main", 8, 100, 0);

        assertThat(sample.documents().toList()).isEqualTo(again.documents().toList());
        assertThat(sample.documents().toList()).isNotEqualTo(other.documents().toList());
    }

    @Test
    void givesIdsAndKeysThatDiffer() {
        SampleDocuments sample = SampleDocuments.of("main", 7, 1000, 0);

        assertThat(sample.documents())
                .extracting(document -> document.document().get("_id").getAsString())
                .doesNotHaveDuplicates()
                .anyMatch(id -> id.contains(" "));
        assertThat(sample.rows()).extracting(ExpectedRow::key).doesNotHaveDuplicates();
        assertThat(sample.rows())
                .extracting(ExpectedRow::key)
                .anyMatch(key -> key.matches("main/sha1-[0-9a-f]{40}/blob\\.[0-9a-f]{16}"));
    }

    @Test
    void hasEveryKindOfDocumentInItsDatabase() {
        SampleDocuments sample = SampleDocuments.of("main", 7, SampleKind.values().length, 0);

        assertThat(sample.documents().map(SampleDocument::database).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("main", "main__apps", "main__domains", "main__meta");
        assertThat(sample.rows().stream().map(ExpectedRow::typeCode).collect(Collectors.toSet()))
                .contains(0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 14)
                .doesNotContain(-1);
    }

    @Test
    void fillsDocumentsUpToTheirSize() {
        SampleDocuments sample = SampleDocuments.of("main", 7, 50, 4096);

        assertThat(sample.documents())
                .allMatch(document -> document.document().toString().getBytes(StandardCharsets.UTF_8).length == 4096);
    }
}
